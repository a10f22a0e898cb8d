// Everything that happened to a comment, oldest first, each change of its text as a difference.

import * as api from "./api.js";
import { changes, codeName, plain } from "./body.js";
import { toldStep } from "./decisions.js";
import { h } from "./dom.js";
import { refusal, t } from "./i18n.js";
import { notify } from "./notices.js";
import { fullTime } from "./when.js";

/** Show the history below a comment, or put it away. */
export async function historyOf(desk, item) {
  const view = desk.view(item.id);
  try {
    view.extra = view.extra ? null : steps((await api.history(item.id)).entries);
    desk.refresh(item.id);
  } catch (problem) {
    notify(refusal(problem), { urgent: true });
  }
}

function steps(entries) {
  let text = null;
  const shown = entries.map((entry) => {
    const before = text;
    text = entry.body ?? text;
    return step(entry, before);
  });
  return h(
    "section",
    { "class": "history", "aria-label": t("history") },
    h("p", { class: "label" }, t("history")),
    h("ol", {}, shown),
  );
}

function step(entry, before) {
  return h(
    "li",
    {},
    h("p", {}, h("time", { datetime: entry.at, title: fullTime(entry.at) }), toldStep(entry)),
    entry.note && h("p", { class: "small" }, t("note"), entry.note),
    entry.findings.length > 0 &&
      h("p", { class: "small" }, entry.findings.map(({ code }) => codeName(code)).join(" · ")),
    entry.body !== null && (before === null ? plain(entry.body) : changes(before, entry.body)),
  );
}
