// What surrounds every page: where one can go, language, light or dark, signing out. And the page before signing in.

import { signOut } from "./api.js";
import { h } from "./dom.js";
import { help } from "./help.js";
import { language, switchLanguage, t } from "./i18n.js";
import { keep, kept } from "./kept.js";
import { keyOf } from "./keys.js";
import { LISTS, to } from "./route.js";

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;
root.dataset.theme = kept("theme") ?? "auto";

export function header(me) {
  return h(
    "header",
    { class: "top" },
    h("a", { class: "skip", href: "#main", onclick: toMain }, t("skip")),
    h("p", { class: "brand" }, h("b", {}, "Có Dấu"), h("span", {}, me.site.name)),
    h(
      "nav",
      { "aria-label": t("pages") },
      [...LISTS, "stats"].map((page) => h("a", { "href": to(page), "data-page": page }, t(`list.${page}`))),
    ),
    h(
      "p",
      { class: "tools" },
      h("span", { class: "me" }, me.name),
      languageButton(),
      themeButton(),
      helpButton(),
      leaveButton(),
    ),
  );
}

/** The page before signing in. */
export function welcome(form) {
  return h(
    "main",
    { class: "welcome" },
    h("h1", {}, "Có Dấu"),
    h("p", {}, t("welcome")),
    form,
    h("p", { class: "tools" }, languageButton(), themeButton()),
  );
}

function toMain(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

const languageButton = () =>
  h(
    "button",
    { type: "button", class: "tool", lang: language === "en" ? "vi" : "en", onclick: switchLanguage },
    t("other.language"),
  );

function themeButton() {
  const name = () => t(`theme.${root.dataset.theme}`);
  const button = h("button", { type: "button", class: "tool" }, name());
  button.addEventListener("click", () => {
    root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    keep("theme", root.dataset.theme);
    button.textContent = name();
  });
  return button;
}

const helpButton = () =>
  h(
    "button",
    { type: "button", class: "tool help", onclick: help },
    t("key.help"),
    h("kbd", { "aria-hidden": "true" }, keyOf("help")),
  );

const leaveButton = () =>
  h(
    "button",
    { type: "button", class: "tool", onclick: () => signOut().finally(() => location.reload()) },
    t("signout"),
  );
