// What a comment says: with what the checks saw in it, or with what a moderator changed.

import { difference } from "./diff.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { coverage, revealed, segments } from "./text.js";

const MOSTLY = 0.6; // a finding that covers more is shown by a line below the words alone

/** The text to show by itself: as the reader sent it, or what a moderator made of it earlier. */
export const standing = (item) => item.body ?? "";

/**
 * The comment's text.
 * @param {string | null} draft what the moderator has made of it so far
 * @param {boolean} original whether to show the reader's own words in any case
 */
export function bodyView(item, { draft, original }) {
  const isChanged = draft !== null && draft !== standing(item);
  if (!original && isChanged)
    return h("div", { class: "body" }, label("body.draft"), changes(standing(item), draft));
  if (!original && item.edited) return h("div", { class: "body" }, label("body.edited"), plain(item.body));
  const named = original && (isChanged || item.edited) ? label("body.original") : null;
  return h("div", { class: "body" }, named, marked(item.submitted_body ?? item.body ?? "", item.findings ?? []));
}

const label = (name) => h("p", { class: "label" }, t(name));

/** A text as it is, hidden characters shown by their numbers. */
export function plain(text) {
  return h("div", { class: "text", dir: "auto" }, shown(text));
}

/** A text with every finding marked in its place; a mark carries the finding's number in the list beside it. */
function marked(text, findings) {
  const wide = findings.map((finding) => coverage(text, finding) > MOSTLY);
  const begun = new Set();
  const pieces = segments(text, findings).map((piece) => {
    if (!piece.findings.length) return shown(piece.text);
    const first = piece.findings.filter((index) => !begun.has(index));
    first.forEach((index) => begun.add(index));
    const narrow = piece.findings.filter((index) => !wide[index]);
    return mark(piece, findings, narrow, first);
  });
  return h("div", { class: "text", dir: "auto" }, pieces);
}

function mark(piece, findings, narrow, first) {
  const worst = (narrow.length ? narrow : piece.findings).some((index) => findings[index].action === "reject");
  const kind = `${worst ? "rejects" : "flags"}${narrow.length ? "" : " wide"}`;
  const title = piece.findings.map((index) => codeName(findings[index].code)).join(", ");
  const numbers = first.map((index) => h("sup", { "class": "ref", "aria-hidden": "true" }, String(index + 1)));
  return h(
    "mark",
    { "class": kind, title, "data-findings": piece.findings.join(" ") },
    numbers,
    shown(piece.text),
  );
}

export const codeName = (code) => t(`code.${code}`);

const shown = (text) =>
  revealed(text).map(({ text: visible, hidden }) =>
    hidden ? h("span", { class: "hides", title: t("hidden") }, hidden) : visible,
  );

/** The difference of two texts, to be read: taken out struck through, put in underlined. */
export function changes(before, after) {
  const pieces = difference(before, after).map(({ same, del, ins }) =>
    same !== undefined
      ? shown(same)
      : [
          del && h("del", { title: t("diff.out") }, shown(del)),
          ins && h("ins", { title: t("diff.in") }, shown(ins)),
        ],
  );
  return h("div", { class: "text changes", dir: "auto" }, pieces);
}

/**
 * What the suggestion would still change, each word a button that takes it.
 * @param {(change: object) => void} take
 */
export function offers(text, suggestion, take) {
  const pieces = difference(text, suggestion).map((piece) =>
    piece.same !== undefined ? piece.same : offer(piece, take),
  );
  return h("div", { class: "text changes", dir: "auto" }, pieces);
}

function offer(change, take) {
  const says = t("suggestion.take", { del: change.del || "∅", ins: change.ins || "∅" });
  return h(
    "button",
    { "type": "button", "class": "offer", "title": says, "aria-label": says, "onclick": () => take(change) },
    change.del && h("del", {}, change.del),
    change.ins && h("ins", {}, change.ins),
  );
}
