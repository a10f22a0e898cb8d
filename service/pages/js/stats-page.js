// Statistics of the site: what came, what was decided, how long it waited, and how right the checks were.

import * as api from "./api.js";
import { codeName } from "./body.js";
import { h } from "./dom.js";
import { number, percent, refusal, t } from "./i18n.js";
import { plot, shares } from "./plots.js";
import { dateInVietnam, dayOf, duration } from "./when.js";

const SPANS = [7, 30, 90];
const DAY_MS = 86_400_000;

export function statsPage() {
  const content = h("div", { class: "plots" });
  const buttons = SPANS.map((days) =>
    h("button", { type: "button", onclick: () => load(days) }, t("stats.days", { n: days })),
  );
  const load = async (days) => {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(SPANS[i] === days)));
    try {
      const now = Date.now();
      const { days: found } = await api.stats(dateInVietnam(now - (days - 1) * DAY_MS), dateInVietnam(now));
      content.replaceChildren(...plots(found));
    } catch (problem) {
      content.replaceChildren(h("p", {}, refusal(problem)));
    }
  };
  load(SPANS[0]);
  const title = h("h1", { tabindex: "-1" }, t("list.stats"));
  const element = h(
    "div",
    { class: "stats-page" },
    title,
    h("div", { "class": "queues", "role": "group", "aria-label": t("stats.span") }, buttons),
    content,
  );
  return { title: t("list.stats"), element, onReturn: () => title.focus() };
}

function plots(days) {
  const labels = days.map(({ date }) => dayOf(date));
  const wait = (name) => days.map(({ decision_time: time }) => (time ? time[name] / 1000 : null));
  const decided = ({ decisions }) => decisions.approved + decisions.rejected;
  const hours = (name) => sums(days.map(({ by_hour: by }) => by[name]));
  return [
    plot({
      title: t("stats.flow"),
      kind: "bars",
      labels,
      series: [
        { name: t("stats.received"), values: days.map(({ received }) => received) },
        { name: t("stats.decided"), values: days.map(decided) },
      ],
    }),
    plot({
      title: t("stats.wait"),
      kind: "lines",
      labels,
      format: duration,
      series: [
        { name: t("stats.median"), values: wait("median_ms") },
        { name: t("stats.p95"), values: wait("p95_ms") },
      ],
    }),
    plot({
      title: t("stats.hours"),
      kind: "bars",
      labels: hours("received").map((_, hour) => `${hour}h`),
      series: [
        { name: t("stats.received"), values: hours("received") },
        { name: t("stats.decided"), values: hours("decided") },
      ],
    }),
    plot({
      title: t("stats.waitHours"),
      kind: "lines",
      labels: hours("received").map((_, hour) => `${hour}h`),
      format: duration,
      series: [{ name: t("stats.median"), values: hours("received").map((_, hour) => waitAt(days, hour)) }],
    }),
    shares(t("stats.codes"), [t("stats.codes")], codes(days)),
    shares(t("stats.agreement"), [t("stats.upheld"), t("stats.overruled")], agreement(days)),
    shares(t("stats.moderators"), [t("state.published"), t("state.rejected")], moderators(days)),
  ];
}

const sums = (lists) => lists[0].map((_, i) => lists.reduce((sum, list) => sum + list[i], 0));

/** The usual wait of what was decided in one hour of the day: the days' medians, by how much each decided. */
function waitAt(days, hour) {
  const known = days.map(({ by_hour: by }) => [by.median_ms[hour], by.decided[hour]]).filter(([ms]) => ms !== null);
  const decided = known.reduce((sum, [, n]) => sum + n, 0);
  return decided ? known.reduce((sum, [ms, n]) => sum + ms * n, 0) / decided / 1000 : null;
}

/** Sum objects of numbers, or of such objects, name by name. */
function added(objects) {
  const total = {};
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      total[name] = typeof value === "number" ? (total[name] ?? 0) + value : added([total[name] ?? {}, value]);
    }
  }
  return total;
}

const most = ({ parts: a }, { parts: b }) => b.reduce((x, y) => x + y) - a.reduce((x, y) => x + y);

const codes = (days) =>
  Object.entries(added(days.map(({ by_code: by }) => by)))
    .map(([code, n]) => ({ name: codeName(code), parts: [n], says: number(n) }))
    .sort(most);

const agreement = (days) =>
  Object.entries(added(days.map(({ agreement: by }) => by)))
    .map(([code, { upheld = 0, overruled = 0 }]) => ({
      name: codeName(code),
      parts: [upheld, overruled],
      says: t("stats.right", {
        share: percent(upheld / Math.max(1, upheld + overruled)),
        n: number(upheld + overruled),
      }),
    }))
    .sort(most);

const moderators = (days) =>
  Object.entries(added(days.map(({ by_moderator: by }) => by)))
    .map(([name, { approved = 0, rejected = 0 }]) => ({
      name,
      parts: [approved, rejected],
      says: number(approved + rejected),
    }))
    .sort(most);
