// The moderators' page: who is here, which page is shown, and where keys go.

import { whoAmI } from "./api.js";
import { authorPage } from "./author-page.js";
import { ask } from "./dialog.js";
import { h } from "./dom.js";
import { help } from "./help.js";
import { language, t } from "./i18n.js";
import { actionOf, isCommand, isForControl, nameOf } from "./keys.js";
import { listPage } from "./list-page.js";
import { noticeBoard } from "./notices.js";
import { actAs } from "./me.js";
import { here, LISTS } from "./route.js";
import { header, welcome } from "./shell.js";
import { signInForm } from "./sign-in.js";
import { statsPage } from "./stats-page.js";
import { keepTimes } from "./ticking.js";

const app = document.getElementById("app");
const main = h("main", { id: "main", tabindex: "-1" });
let page = null;
let me = null;

function show() {
  const { page: name, name: key, filters } = here();
  page?.leave?.();
  page =
    name === "stats"
      ? statsPage()
      : name === "author"
        ? authorPage(key)
        : listPage(LISTS.includes(name) ? name : "pending", filters);
  document.title = `${page.title} · ${me.site.name} · Có Dấu`;
  main.replaceChildren(page.element);
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.page === (location.hash ? name : "pending")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  window.scrollTo({ top: 0, behavior: "instant" });
}

function enter(moderator) {
  me = moderator;
  actAs(me);
  app.replaceChildren(header(me), main, noticeBoard());
  show();
}

async function onKey(event) {
  if (!page || !isCommand(event)) return;
  const key = nameOf(event);
  if (key === null || isForControl(event)) return;
  const action = actionOf(key);
  if (event.repeat && !["next", "previous"].includes(action)) return; // a key held down decides once
  if (key === "Escape") page.onEscape?.();
  else if (/^[1-9]$/.test(key) && page.onDigit?.(Number(key))) event.preventDefault();
  else if (action === "help") {
    event.preventDefault();
    await help();
    page.onReturn?.();
  } else if (action) {
    event.preventDefault();
    page.onAction?.(action);
  }
}

/** The session has ended: sign in again over the page, and lose nothing of it. */
let isAsking = false;
async function askAgain() {
  if (!me || isAsking) return;
  isAsking = true;
  const moderator = await ask(t("signin.again"), signInForm);
  isAsking = false;
  if (moderator?.site.id !== me.site.id || moderator.name !== me.name) location.reload();
}

async function start() {
  document.documentElement.lang = language;
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", () => me && show());
  window.addEventListener("signed-out", askAgain);
  window.addEventListener("refocus", () => page?.onReturn?.());
  keepTimes();
  const moderator = await whoAmI().catch(() => ({}));
  if (moderator.name) return enter(moderator);
  app.replaceChildren(welcome(signInForm(enter)));
  document.getElementById("key").focus();
}

start();
