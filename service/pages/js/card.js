// One comment as a card: everything needed to decide on it. Built anew whenever something in it changes.

import { bodyView, codeName, plain, standing } from "./body.js";
import { h, outside } from "./dom.js";
import { editor, suggestionView } from "./editor.js";
import { number, percent, t } from "./i18n.js";
import { keyOf } from "./keys.js";
import { reasonName } from "./decisions.js";
import { myName } from "./me.js";
import { rejectMenu } from "./reject-menu.js";
import { to } from "./route.js";
import { ago, clockTime, fullTime } from "./when.js";

/**
 * The card of a comment.
 * @param {object} view what the moderator is doing with it: `draft`, `original`, `isEditing`, `isRejecting`,
 *   `isSelected`, `told` (what a colleague did meanwhile), `extra` (elements below, such as the history)
 * @param {(action: string, ...values) => void} act
 */
export function card(item, view, act) {
  const name = `name-${item.id}`;
  return h(
    "article",
    {
      "class": classes(view),
      "id": `card-${item.id}`,
      "tabindex": "-1",
      "aria-labelledby": name,
      "data-id": item.id,
    },
    head(item, view, name),
    view.told && saying(view.told),
    h(
      "div",
      { class: "content" },
      context(item),
      bodyView(item, { ...view, original: view.original || view.isEditing }),
      work(item, view, act),
      view.extra,
    ),
    aside(item, act),
    !view.isEditing && actions(item, view),
  );
}

const classes = ({ isSelected, told }) =>
  ["card", isSelected && "selected", told && "stale"].filter(Boolean).join(" ");

/** What happened to a comment while it was being read. */
export const saying = (told) => h("p", { class: "told", role: "status" }, told);

function head(item, view, name) {
  return h(
    "header",
    {},
    h("input", {
      "type": "checkbox",
      "class": "pick",
      "checked": view.isSelected,
      "data-act": "select",
      "aria-label": t("select", { name: item.author.name ?? "" }),
    }),
    h("h2", { id: name }, authorLink(item)),
    record(item.author.record),
    item.newsroom && h("span", { class: "badge" }, t("newsroom")),
    h("span", { class: "space" }),
    item.claim && claimed(item.claim),
    risk(item),
    waits(item),
  );
}

function authorLink({ author }) {
  const name = author.name ?? t("erased");
  return author.key ? h("a", { href: to("author", author.key), class: "author" }, name) : name;
}

export function record(known) {
  if (!known) return null;
  const { published, rejected, standing: stands } = known;
  return h(
    "span",
    { class: "record" },
    stands !== "normal" && h("span", { class: `badge ${stands}` }, t(`standing.${stands}`)),
    h(
      "span",
      {},
      published + rejected ? t("record", { p: number(published), r: number(rejected) }) : t("record.none"),
    ),
  );
}

const claimed = ({ by, until }) =>
  by !== myName() &&
  Date.parse(until) > Date.now() &&
  h("span", { class: "badge claim" }, t("claimed", { by, until: clockTime(until) }));

function risk({ risk: how, state }) {
  if (state !== "pending" || how === undefined || how === null) return null;
  const level = how >= 0.75 ? "high" : how >= 0.5 ? "middle" : "low";
  return h("span", { class: `risk ${level}` }, t("risk", { n: percent(how) }));
}

function waits({ created_at, updated_at, state }) {
  const since = state === "pending" ? created_at : updated_at;
  const name = state === "pending" ? "waits" : "since";
  return h(
    "time",
    { "class": "waits", "datetime": since, "title": fullTime(since), "data-since": since, "data-says": name },
    t(name, { time: ago(since) }),
  );
}

/** The article and the comment that it answers. */
function context({ thread, thread_title, thread_url, parent }) {
  return h(
    "div",
    { class: "context" },
    h(
      "p",
      { class: "article" },
      h("span", { class: "label" }, t("article")),
      thread_url ? outside(thread_url, thread_title ?? thread) : (thread_title ?? thread),
      h("a", { class: "small", href: to("pending", { thread }) }, t("only.thread")),
    ),
    parent && answered(parent),
  );
}

const answered = (parent) =>
  h(
    "blockquote",
    { class: "parent" },
    h("p", { class: "label" }, t("answers", { name: parent.author.name ?? t("erased") })),
    plain(parent.body ?? t("erased")),
  );

function work(item, view, act) {
  return [
    view.isEditing ? editor(item, view, act) : suggestionView(item, view, act),
    view.isRejecting && rejectMenu(act),
  ];
}

function aside(item, act) {
  return h("div", { class: "aside" }, verdict(item), findings(item), cluster(item, act), person(item.author));
}

function verdict({ state, reason, message, findings: found = [] }) {
  if (state !== "rejected" || !reason) return null;
  const isSaidBelow = found.some((one) => one.message === message);
  return h(
    "p",
    { class: "verdict" },
    h("b", {}, reasonName(reason)),
    !isSaidBelow && message && h("span", {}, message),
  );
}

function findings({ findings: found = [], state }) {
  if (!found.length) return h("p", { class: "small clean" }, t("findings.none"));
  return h(
    "ol",
    { class: "findings" },
    found.map((one, index) => finding(one, index, state)),
  );
}

const finding = ({ code, action, score, message }, index, state) =>
  h(
    "li",
    { "class": action === "reject" ? "rejects" : "flags", "data-finding": String(index) },
    h("b", {}, h("a", { href: to(state, { code }), title: t("only.code") }, codeName(code))),
    h("span", { class: "score", title: t("score") }, percent(score)),
    h("span", { class: "small" }, message),
  );

function cluster({ cluster_size: size, cluster: id, id: own }, act) {
  const many = size > 1 || (id && id !== own);
  if (!many) return null;
  const says = size > 1 ? t("cluster", { n: number(size) }) : t("cluster.some");
  return h(
    "p",
    { class: "small" },
    h("button", { type: "button", class: "link", onclick: () => act("cluster") }, says),
  );
}

function person({ email, ip, user_agent: agent, id }) {
  const known = { id, email, ip, agent };
  const rows = Object.entries(known).filter(([, value]) => value);
  if (!rows.length) return null;
  return h(
    "details",
    { class: "person" },
    h("summary", {}, t("person")),
    h(
      "dl",
      {},
      rows.map(([name, value]) => [h("dt", {}, t(`person.${name}`)), h("dd", {}, value)]),
    ),
  );
}

const ACTIONS = {
  pending: ["approve", "edit", "reject", "ban", "history", "original"],
  published: ["edit", "reject", "reply", "ban", "history", "original"],
  rejected: ["reopen", "ban", "history", "original"],
};

function actions(item, view) {
  const isEdited = view.draft !== null && view.draft !== standing(item);
  const offered = (ACTIONS[item.state] ?? ["history"]).filter(
    (name) => (name !== "original" || isEdited || item.edited) && (name !== "ban" || item.author.key),
  );
  return h(
    "footer",
    { class: "actions" },
    offered.map((name) => button(name, name === "approve" && isEdited ? "approve.edited" : name)),
  );
}

const button = (action, says) =>
  h(
    "button",
    { "type": "button", "class": ["approve", "reject"].includes(action) && action, "data-act": action },
    t(says),
    h("kbd", { "aria-hidden": "true" }, keyOf(action)),
  );
