// A list as a page: what waits, what was published or rejected; with its order, filters and search above it.

import { act, chooseReason, closeOpen, undo } from "./acts.js";
import * as api from "./api.js";
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { Feed } from "./feed.js";
import { number, refusal, t } from "./i18n.js";
import { keep, kept } from "./kept.js";
import { follow } from "./live.js";
import { keepLooking } from "./look.js";
import { notify, withdraw } from "./notices.js";
import { go, to } from "./route.js";

const QUEUES = ["oldest", "risk", "newest", "claims"];
const FILTERS = ["thread", "author", "code", "cluster", "q"];

/** @returns {{element, title, onAction, onDigit, onEscape, leave}} */
export function listPage(state, filters) {
  const isFiltered = FILTERS.some((name) => filters[name]);
  const queue = isFiltered || state !== "pending" ? null : (kept("queue") ?? "oldest");
  const feed = new Feed(query(state, filters, queue), { source: queue === "claims" ? "claims" : "queue" });
  const desk = new Desk(feed, act);
  desk.isWhole = !isFiltered;
  desk.undo = () => undo(desk);
  desk.onproblem = (problem) => unread(desk, problem);
  const counted = h("p", { class: "counted", role: "status" });
  desk.onchange = () => counted.replaceChildren(counts(desk));
  const news = h("div", { class: "news" });
  const ends = [keepLooking(desk), follow(desk, news), queue === "claims" ? giveBackAtEnd(feed) : () => {}];
  desk.start().catch(desk.onproblem);
  return {
    title: t(`list.${state}`),
    element: h(
      "div",
      { class: "list-page" },
      h("h1", { class: "unseen" }, t(`list.${state}`)),
      bar(state, filters, queue, counted),
      news,
      desk.element,
    ),
    onAction: (action) => onAction(desk, action, queue),
    onDigit: (digit) => chooseReason(desk, digit),
    onEscape: () => closeOpen(desk),
    onReturn: () => desk.focus(),
    leave: () => ends.forEach((end) => end()),
  };
}

/** The list could not be read on: say so, and try again when asked to. */
function unread(desk, problem) {
  withdraw("reading");
  const again = async () => {
    await desk.feed.more();
    if (desk.current === null) desk.show(0);
    else desk.sync();
  };
  const retry = { label: t("retry"), act: () => again().catch(desk.onproblem) };
  notify(refusal(problem), { urgent: true, about: "reading", actions: [retry] });
}

/** What was handed out and not decided goes back when the moderator leaves; else when the lease ends. */
function giveBackAtEnd(feed) {
  const giveBack = () => feed.items.length && api.release(feed.items.map(({ id }) => id)).catch(() => {});
  window.addEventListener("pagehide", giveBack);
  return () => {
    window.removeEventListener("pagehide", giveBack);
    giveBack();
  };
}

function query(state, filters, queue) {
  const given = Object.fromEntries(FILTERS.filter((name) => filters[name]).map((name) => [name, filters[name]]));
  return queue && queue !== "claims" ? { state, order: queue, ...given } : { state, ...given };
}

function counts(desk) {
  const { total, searched } = desk.feed;
  const looked = searched ? ` · ${t("searched", { n: number(searched) })}` : "";
  const selected = desk.selected.size ? ` · ${t("selected", { n: number(desk.selected.size) })}` : "";
  return (total === null ? "" : t("total", { n: number(total) })) + looked + selected;
}

function onAction(desk, action, queue) {
  if (action === "next") desk.move(1);
  else if (action === "previous") desk.move(-1);
  else if (action === "undo") undo(desk);
  else if (action === "nextQueue") choose(QUEUES[(QUEUES.indexOf(queue) + 1) % QUEUES.length]);
  else if (action === "search") document.getElementById("search")?.focus();
  else if (desk.current) act(desk, action, desk.current);
}

function choose(queue) {
  keep("queue", queue);
  if (location.hash === "" || location.hash === to("pending"))
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  else go(to("pending"));
}

function bar(state, filters, queue, counted) {
  return h(
    "div",
    { class: "bar" },
    queue && queues(queue),
    filtered(state, filters),
    search(state, filters),
    counted,
  );
}

const queues = (chosen) =>
  h(
    "div",
    { "class": "queues", "role": "group", "aria-label": t("queues") },
    QUEUES.map((name) =>
      h(
        "button",
        { "type": "button", "aria-pressed": String(name === chosen), "onclick": () => choose(name) },
        t(`queue.${name}`),
      ),
    ),
  );

function filtered(state, filters) {
  const given = FILTERS.filter((name) => filters[name] && name !== "q");
  return given.map((name) =>
    h(
      "p",
      { class: "filter" },
      h("span", { class: "label" }, t(`filter.${name}`)),
      h("span", { class: "value" }, name === "code" ? t(`code.${filters[name]}`) : filters[name]),
      h("a", { "href": to(state), "aria-label": t("filter.off") }, "×"),
    ),
  );
}

/** One search field for words, an article, or an author. */
function search(state, filters) {
  const what = h(
    "select",
    { "id": "search-what", "aria-label": t("search.what") },
    ["q", "thread", "author"].map((name) =>
      h("option", { value: name, selected: Boolean(filters[name]) }, t(`search.${name}`)),
    ),
  );
  const field = h("input", {
    "type": "search",
    "id": "search",
    "aria-label": t("search"),
    "placeholder": t("search"),
    "enterkeyhint": "search",
  });
  field.value = filters.q ?? "";
  const submit = (event) => {
    event.preventDefault();
    go(to(state, { [what.value]: field.value.trim() }));
  };
  return h(
    "form",
    { class: "search", role: "search", onsubmit: submit },
    what,
    field,
    h("button", { type: "submit" }, t("search.go")),
  );
}
