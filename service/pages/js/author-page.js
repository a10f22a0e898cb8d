// One author: standing, record, and the latest comments.

import * as api from "./api.js";
import { banDialog, setStanding } from "./ban.js";
import { plain } from "./body.js";
import { record } from "./card.js";
import { h } from "./dom.js";
import { refusal, t } from "./i18n.js";
import { reasonName } from "./decisions.js";
import { to } from "./route.js";
import { ago, fullTime } from "./when.js";

export function authorPage(key) {
  const element = h("div", { class: "author-page" }, h("h1", { tabindex: "-1" }, key), h("p", {}, t("reading")));
  load(key, element);
  return { title: t("author.title", { name: key }), element };
}

async function load(key, element) {
  try {
    show(key, element, await api.author(key));
  } catch (problem) {
    element.replaceChildren(h("h1", {}, key), h("p", {}, refusal(problem)));
  }
}

function show(key, element, known) {
  const name = known.comments.find(({ author }) => author.name)?.author.name;
  const again = () => load(key, element);
  const title = h("h1", { tabindex: "-1" }, name ?? key);
  element.replaceChildren(
    title,
    h("p", { class: "small" }, key),
    h(
      "p",
      { class: "row" },
      record({ ...known.record, standing: known.standing }),
      known.until && h("span", {}, t("until", { time: fullTime(known.until) })),
    ),
    h("p", { class: "row" }, standings(key, known, name, again)),
    h(
      "p",
      { class: "row" },
      ["pending", "published", "rejected"].map((state) =>
        h("a", { href: to(state, { author: key }) }, t(`list.${state}`)),
      ),
    ),
    ...comments(key, known),
  );
  title.focus({ preventScroll: true });
}

/** The latest comments, and a button for older ones. */
function comments(key, known) {
  const list = h("ol", { class: "comments" }, known.comments.map(line));
  let cursor = known.next_cursor;
  const more = h("button", { type: "button", hidden: !cursor }, t("more"));
  more.addEventListener("click", async () => {
    const older = await api.author(key, cursor);
    cursor = older.next_cursor;
    more.hidden = !cursor;
    list.append(...older.comments.map(line));
  });
  return [list, more];
}

function standings(key, known, name, again) {
  const set = (standing) => setStanding(key, { standing }).then(again);
  const others = ["trusted", "normal"].filter((standing) => standing !== known.standing);
  return [
    others.map((standing) => h("button", { type: "button", onclick: () => set(standing) }, t(`make.${standing}`))),
    h(
      "button",
      { type: "button", class: "reject", onclick: () => banDialog({ key, name }).then((done) => done && again()) },
      t("ban"),
    ),
  ];
}

const line = (comment) =>
  h(
    "li",
    {},
    h(
      "p",
      { class: "small" },
      h("span", { class: `state ${comment.state}` }, t(`state.${comment.state}`)),
      comment.reason && ` ${reasonName(comment.reason)}`,
      " · ",
      h("time", { datetime: comment.created_at, title: fullTime(comment.created_at) }, ago(comment.created_at)),
      " · ",
      comment.thread_title ?? comment.thread,
    ),
    plain(comment.body ?? t("erased")),
  );
