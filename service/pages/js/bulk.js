// One decision on many comments: those selected, or all that say nearly the same as the one being read.

import * as api from "./api.js";
import { plain, standing } from "./body.js";
import { REASONS, reasonName, sendAll } from "./decisions.js";
import { ask, cancel, choices } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { keyOf } from "./keys.js";
import { notify } from "./notices.js";

const MOST_SHOWN = 50;

export async function approve(desk, item) {
  if (item.state !== "pending") return;
  const items = await meant(desk, item);
  const isSure =
    desk.selected.size ||
    (await ask(t("bulk.approve", { n: items.length }), (done) => confirm(desk, items, done)));
  if (isSure) await decide(desk, items, "approve", ({ id }) => edited(desk.view(id), desk.feed.find(id)));
}

/** The edit that goes along, where there is one. */
function edited({ draft }, item) {
  return item && draft !== null && draft !== standing(item) ? { body: draft } : {};
}

export async function reject(desk, item) {
  if (item.state === "rejected") return;
  const items = await meant(desk, item);
  const reason = await ask(t("bulk.reject", { n: items.length }), (done) => why(desk, items, done));
  if (reason) await decide(desk, items, "reject", () => ({ reason }));
}

/** The comments that are meant: the selection, else the cluster. */
async function meant(desk, item) {
  if (desk.selected.size) return desk.feed.items.filter(({ id }) => desk.selected.has(id));
  try {
    const alike = await wholeCluster(item);
    return alike.some(({ id }) => id === item.id) ? alike : [item, ...alike];
  } catch {
    return [item]; // this service does not list by cluster
  }
}

async function wholeCluster({ state, cluster }) {
  const items = [];
  let cursor = null;
  do {
    const page = await api.queue({ state, cluster, limit: 100, cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

function confirm(desk, items, done) {
  const sure = h(
    "button",
    { type: "button", class: "approve", autofocus: true, onclick: () => done(true) },
    t("approve"),
  );
  return [texts(desk, items), choices(sure, cancel(done))];
}

function why(desk, items, done) {
  const reasons = REASONS.map((reason, index) =>
    h(
      "button",
      { type: "button", onclick: () => done(reason) },
      h("kbd", {}, String(index + 1)),
      reasonName(reason),
    ),
  );
  const menu = h(
    "div",
    { class: "reject-menu" },
    h("div", { class: "reasons" }, reasons),
    texts(desk, items),
    choices(cancel(done)),
  );
  menu.addEventListener("keydown", (event) => {
    if (!event.isComposing && REASONS[event.key - 1]) done(REASONS[event.key - 1]);
  });
  return menu;
}

const texts = (desk, items) =>
  h(
    "ul",
    { class: "texts", tabindex: "0" },
    items
      .slice(0, MOST_SHOWN)
      .map((item) =>
        h("li", {}, h("b", {}, item.author.name ?? ""), plain(desk.view(item.id).draft ?? item.body ?? "")),
      ),
    items.length > MOST_SHOWN && h("li", {}, t("bulk.more", { n: items.length - MOST_SHOWN })),
  );

async function decide(desk, items, action, fieldsOf) {
  const asked = items.map((item) => ({ item, fields: fieldsOf(item) }));
  const places = new Map(items.map((item) => [item.id, desk.feed.indexOf(item.id)]));
  const at = desk.index;
  for (const { id } of items) desk.feed.remove(id);
  desk.selected.clear();
  desk.show(Math.max(0, at - [...places.values()].filter((place) => place >= 0 && place < at).length));
  const outcomes = await sendAll(asked, action).catch((problem) =>
    items.map((item) => ({ item, problem: problem.document ?? { code: problem.code } })),
  );
  const failed = outcomes.filter(({ problem }) => problem);
  for (const { item, problem } of failed) comesBack(desk, item, problem, places.get(item.id));
  tell(action, outcomes.length - failed.length, failed.length, desk);
}

function comesBack(desk, item, problem, place) {
  const current = problem.current;
  if (current && current.state !== desk.feed.state) return;
  if (place >= 0) desk.bringBack(place, { ...item, ...current, author: item.author });
}

function tell(action, done, failed, desk) {
  const undo = { label: t("undo"), key: keyOf("undo"), act: () => desk.undo() };
  if (done) notify(t(`bulk.done.${action}`, { n: done }), { about: "decision", actions: [undo] });
  if (failed) notify(t("bulk.failed", { n: failed }), { urgent: true });
}
