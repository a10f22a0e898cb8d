// What colleagues do, as it happens: what they decide goes away by itself, what comes in is announced. What is
// being read never moves.

import * as api from "./api.js";
import { toldStep } from "./decisions.js";
import { h } from "./dom.js";
import { number, t } from "./i18n.js";

const TYPES = ["comment.pending", "comment.published", "comment.rejected", "comment.updated", "comment.erased"];
const LOOK_MS = 20_000; // how often the list is asked for its total, and while there is no stream for more
const AWAY_MS = 60_000; // a page that nobody looks at keeps its stream for so long: a browser has six for a site

/** Keep a list in step with the site; returns what ends it. */
export function follow(desk, news) {
  let stream = listen(desk, news);
  let leaving = 0;
  const isListening = () => stream !== null && stream.readyState !== EventSource.CLOSED;
  const onVisibility = () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(() => (stream?.close(), (stream = null)), AWAY_MS);
    else if (!isListening()) {
      stream = listen(desk, news);
      catchUp(desk, news);
    }
  };
  document.addEventListener("visibilitychange", onVisibility);
  const timer = setInterval(() => {
    if (document.hidden) return;
    if (isListening()) return count(desk);
    stream = listen(desk, news); // a browser gives a stream up for good at any answer that is none, such as a 503
    return catchUp(desk, news);
  }, LOOK_MS);
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(leaving);
    clearInterval(timer);
    stream?.close();
  };
}

function listen(desk, news) {
  const stream = api.events();
  for (const type of TYPES)
    stream.addEventListener(type, ({ data }) => happened(desk, news, JSON.parse(data).data));
  stream.addEventListener("reset", () => catchUp(desk, news));
  return stream;
}

async function happened(desk, news, comment) {
  const known = desk.feed.find(comment.id);
  const belongs = comment.state === desk.feed.state;
  if (known && comment.version <= known.version) return;
  if (known && belongs) await changed(desk, known);
  else if (known) await decided(desk, known);
  else if (belongs && desk.isWhole && desk.feed.gone.has(comment.id)) await returned(desk, comment);
  else if (belongs && desk.isWhole) arrived(desk, news);
}

/** A colleague took a decision back: the comment stands below the one being read. */
async function returned(desk, { id, version, thread, state }) {
  if (version <= desk.feed.gone.get(id) || desk.feed.source === "claims") return;
  const page = await api.queue({ state, thread, order: "newest", limit: 100 }).catch(() => null);
  const item = page?.items.find((one) => one.id === id);
  if (item && !desk.feed.find(id)) desk.bringBack(desk.index + 1, item);
}

/** A colleague or the reader has changed the text. */
async function changed(desk, known) {
  const newer = await api.comment(known.id).catch(() => null);
  if (!newer || !desk.feed.update(known.id, newer)) return;
  desk.tell(known.id, await lastStep(known.id));
}

/** A colleague has decided: gone at once, unless it is being read. */
async function decided(desk, known) {
  if (known.id !== desk.current) return desk.drop(known.id);
  const told = await lastStep(known.id);
  if (known.id !== desk.current) return desk.feed.find(known.id) && desk.drop(known.id);
  desk.tell(known.id, told);
}

async function lastStep(id) {
  try {
    return toldStep((await api.history(id)).entries.at(-1));
  } catch {
    return t("conflict.changed");
  }
}

/** Something new in this list: it waits below, or above a line that says so. */
function arrived(desk, news) {
  desk.feed.total = (desk.feed.total ?? 0) + 1;
  const { source, query } = desk.feed;
  if (source === "claims") {
    desk.feed.isComplete = false;
    return desk.current === null ? desk.start() : null;
  }
  if (query.order !== "oldest") return announce(desk, news, 1);
  desk.feed.isComplete = false;
  return desk.current === null ? desk.start() : desk.onchange();
}

function announce(desk, news, many) {
  desk.arrivals = (desk.arrivals ?? 0) + many;
  const show = async () => {
    desk.arrivals = 0;
    news.replaceChildren();
    desk.current = null;
    await desk.feed.restart();
    desk.show(0);
  };
  if (desk.current === null) return show();
  const says = t("news", { n: number(desk.arrivals) });
  return news.replaceChildren(h("button", { type: "button", onclick: show }, says));
}

async function count(desk) {
  if (desk.feed.source === "claims" || !desk.isWhole) return;
  const page = await api.queue({ ...desk.feed.query, limit: 1 }).catch(() => null);
  if (!page) return;
  desk.feed.total = page.total;
  desk.onchange();
}

/** After a time without a stream: what is no longer at the head of the list has been decided. */
async function catchUp(desk, news) {
  if (desk.feed.source === "claims" || desk.feed.query.q) return;
  const page = await api.queue({ ...desk.feed.query, limit: 100 }).catch(() => null);
  if (!page) return;
  const there = new Set(page.items.map(({ id }) => id));
  const known = desk.feed.items;
  const end = page.next_cursor ? desk.feed.indexOf(page.items.at(-1)?.id) : known.length;
  const gone = known.slice(0, Math.max(0, end)).filter(({ id }) => !there.has(id));
  await Promise.all(gone.map((item) => decided(desk, item)));
  const fresh = page.items.filter(({ id }) => !desk.feed.find(id) && !desk.feed.gone.has(id)).length;
  desk.feed.total = page.total;
  if (fresh && (desk.current === null || desk.feed.query.order !== "oldest")) announce(desk, news, fresh);
  else if (fresh) desk.feed.isComplete = false;
  desk.onchange();
}
