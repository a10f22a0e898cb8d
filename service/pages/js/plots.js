// Plots as drawings in the page, each with its numbers as a table for whoever would rather read them.

import { h, svg } from "./dom.js";
import { number, t } from "./i18n.js";

const HEIGHT = 200;
const LEFT = 60; // room for the numbers of the axis
const BOTTOM = 24;
const TOP = 8;
const LABEL_WIDTH = 44; // a label below needs so much; others are left out

/**
 * A plot over days or hours.
 * @param {{title: string, kind: "bars" | "lines", labels: string[], format?: (value: number) => string,
 *   series: {name: string, values: (number | null)[]}[]}} given
 */
export function plot(given) {
  const format = given.format ?? number;
  const drawing = h("div", { class: "drawing" });
  const draw = () => drawing.clientWidth && drawing.replaceChildren(drawn(given, drawing.clientWidth, format));
  new ResizeObserver(draw).observe(drawing);
  return h(
    "figure",
    { class: "plot" },
    h("figcaption", {}, h("h2", {}, given.title), legend(given.series)),
    drawing,
    table([t("stats.when"), ...given.series.map(({ name }) => name)], rowsOf(given, format)),
  );
}

const legend = (series) =>
  h(
    "p",
    { class: "legend" },
    series.map(({ name }, index) => h("span", { class: `series-${index}` }, name)),
  );

const rowsOf = ({ labels, series }, format) =>
  labels.map((label, i) => [label, ...series.map(({ values }) => (values[i] === null ? "–" : format(values[i])))]);

function drawn({ kind, labels, series, title }, width, format) {
  const most = niceMaximum(Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const step = (width - LEFT) / labels.length;
  const place = {
    step,
    x: (i) => LEFT + i * step,
    y: (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most),
  };
  const shapes = series.map(({ name, values }, index) =>
    (kind === "lines" ? line : bars)({ name, values, index, of: series.length, labels, format }, place),
  );
  return svg(
    "svg",
    { "viewBox": `0 0 ${width} ${HEIGHT}`, width, "height": HEIGHT, "role": "img", "aria-label": title },
    grid(most, width, place, format),
    shapes,
    below(labels, place),
  );
}

const grid = (most, width, { y }, format) =>
  [0, 0.5, 1].map((share) => [
    svg("line", { class: "grid", x1: LEFT, x2: width, y1: y(most * share), y2: y(most * share) }),
    svg(
      "text",
      { "class": "axis", "x": LEFT - 6, "y": y(most * share) + 4, "text-anchor": "end" },
      format(most * share),
    ),
  ]);

function below(labels, { x, step }) {
  const every = Math.ceil(LABEL_WIDTH / step);
  return labels.map(
    (label, i) =>
      i % every === 0 &&
      svg("text", { "class": "axis", "x": x(i) + step / 2, "y": HEIGHT - 6, "text-anchor": "middle" }, label),
  );
}

function bars({ name, values, index, of, labels, format }, { x, y, step }) {
  const width = Math.max(1, (step * 0.8) / of);
  return values.map((value, i) =>
    svg(
      "rect",
      {
        class: `series-${index}`,
        x: x(i) + step * 0.1 + index * width,
        y: y(value ?? 0),
        width,
        height: y(0) - y(value ?? 0),
      },
      svg("title", {}, `${labels[i]}, ${name}: ${format(value ?? 0)}`),
    ),
  );
}

function line({ name, values, index, labels, format }, { x, y, step }) {
  const points = values.map((value, i) => (value === null ? null : [x(i) + step / 2, y(value)]));
  const path = points
    .map((point, i) => point && `${points[i - 1] ? "L" : "M"}${point.join(" ")}`)
    .filter(Boolean)
    .join("");
  const dots = points.map(
    (point, i) =>
      point &&
      svg(
        "circle",
        { class: `series-${index}`, cx: point[0], cy: point[1], r: 3.5 },
        svg("title", {}, `${labels[i]}, ${name}: ${format(values[i])}`),
      ),
  );
  return [svg("path", { class: `line series-${index}`, d: path }), dots];
}

/** A round number not below: 1, 2, 5 times a power of ten. */
function niceMaximum(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((times) => times * power).find((round) => round >= value);
}

/**
 * Shares side by side, one row for each thing.
 * @param {{name: string, parts: number[], says: string}[]} rows
 */
export function shares(title, names, rows) {
  const most = Math.max(1, ...rows.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0)));
  return h(
    "figure",
    { class: "plot" },
    h("figcaption", {}, h("h2", {}, title), names.length > 1 && legend(names.map((name) => ({ name })))),
    rows.length
      ? h(
          "ul",
          { class: "shares" },
          rows.map((row) => share(row, most)),
        )
      : h("p", { class: "small" }, t("stats.none")),
  );
}

function share({ name, parts, says }, most) {
  let from = 0;
  const rects = parts.map((part, index) => {
    const rect = svg("rect", {
      class: `series-${index}`,
      x: `${from}%`,
      width: `${(100 * part) / most}%`,
      height: "100%",
    });
    from += (100 * part) / most;
    return rect;
  });
  return h(
    "li",
    {},
    h("span", {}, name),
    svg("svg", { "aria-hidden": "true" }, rects),
    h("span", { class: "says" }, says),
  );
}

/** Numbers to be read, folded away. */
export function table(heads, rows) {
  return h(
    "details",
    {},
    h("summary", {}, t("stats.numbers")),
    h(
      "div",
      { class: "scrolls", tabindex: "0" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            heads.map((head) => h("th", { scope: "col" }, head)),
          ),
        ),
        h(
          "tbody",
          {},
          rows.map(([name, ...rest]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, name),
              rest.map((cell) => h("td", {}, cell)),
            ),
          ),
        ),
      ),
    ),
  );
}
