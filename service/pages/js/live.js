// What colleagues do, as it happens: what they decide goes away by itself, what comes in is announced. What is
// being read never moves.

import * as api from "./api.js";
import { toldStep } from "./decisions.js";
import { h } from "./dom.js";
import { number, t } from "./i18n.js";

const TYPES = ["comment.pending", "comment.published", "comment.rejected", "comment.updated", "comment.erased"];
const LOOK_MS = 20_000; // how often the total is asked for, for it also changes where no event tells of it

/** Keep a list in step with the site; returns what ends it. */
export function follow(desk, news) {
  const stream = api.events();
  for (const type of TYPES) {
    stream.addEventListener(type, ({ data }) => happened(desk, news, commentIn(data)));
  }
  stream.addEventListener("reset", () => announce(desk, news));
  const timer = setInterval(() => count(desk), LOOK_MS);
  return () => {
    stream.close();
    clearInterval(timer);
  };
}

function commentIn(data) {
  const document = JSON.parse(data);
  return document.data ?? document;
}

async function happened(desk, news, comment) {
  const known = desk.feed.find(comment.id);
  const belongs = comment.state === desk.feed.state;
  if (known && comment.version <= known.version) return;
  if (known && belongs) await changed(desk, known);
  else if (known) await decided(desk, known);
  else if (belongs && !desk.feed.gone.has(comment.id)) arrived(desk, news);
}

/** A colleague or the reader has changed the text. */
async function changed(desk, known) {
  const newer = await api.comment(known.id).catch(() => null);
  if (!newer || !desk.feed.update(known.id, newer)) return;
  const view = desk.view(known.id);
  view.told = await lastStep(known.id);
  if (!view.isEditing) desk.refresh(known.id);
}

/** A colleague has decided: gone at once, unless it is being read. */
async function decided(desk, known) {
  if (known.id !== desk.current) return desk.drop(known.id);
  const told = await lastStep(known.id);
  if (known.id !== desk.current) return desk.feed.find(known.id) && desk.drop(known.id);
  desk.view(known.id).told = told;
  if (!desk.view(known.id).isEditing) desk.refresh(known.id);
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
  if (source === "queue" && query.order === "oldest") {
    desk.feed.isComplete = false;
    return desk.current === null ? desk.start() : desk.onchange();
  }
  return announce(desk, news);
}

function announce(desk, news) {
  desk.arrivals = (desk.arrivals ?? 0) + 1;
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
  if (desk.feed.source === "claims" || document.hidden) return;
  const page = await api.queue({ ...desk.feed.query, limit: 1 }).catch(() => null);
  if (!page) return;
  desk.feed.total = page.total;
  desk.onchange();
}
