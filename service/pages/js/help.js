// The keys: what each does, and another one for whoever likes it better.

import { ask, choices } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { areOn, DEFAULTS, keyOf, nameOf, remap, resetKeys, switchKeys } from "./keys.js";

/** Show all keys; every one can be changed. */
export function help() {
  return ask(t("help.title"), (done) => {
    const table = h("div", { class: "keys" });
    const show = (focused) => {
      table.replaceChildren(...Object.keys(DEFAULTS).map((action) => row(action, show)));
      if (focused) table.querySelector(`[data-action="${focused}"]`).focus();
    };
    show();
    const reset = () => (resetKeys(), show());
    return [
      h("p", { class: "small" }, t("help.says")),
      onOff(),
      table,
      h("p", { class: "small" }, t("help.editing")),
      choices(
        h("button", { type: "button", onclick: reset }, t("help.reset")),
        h("button", { type: "button", class: "approve", onclick: () => done(true) }, t("close")),
      ),
    ];
  });
}

function onOff() {
  const box = h("input", { type: "checkbox", checked: areOn() });
  box.addEventListener("change", () => switchKeys(box.checked));
  return h("label", { class: "row" }, box, t("help.on"));
}

function row(action, show) {
  const button = h(
    "button",
    {
      "type": "button",
      "data-action": action,
      "aria-label": t("help.change", { what: t(`key.${action}`), key: keyOf(action) }),
    },
    h("kbd", {}, keyOf(action)),
  );
  button.addEventListener("click", () => listen(button, action, show));
  return h("div", { class: "key" }, h("span", {}, t(`key.${action}`)), button);
}

/** The next key pressed becomes the action's. */
function listen(button, action, show) {
  button.replaceChildren(h("span", {}, t("help.press")));
  const stop = () => {
    button.removeEventListener("keydown", take, true);
    button.removeEventListener("blur", leave);
  };
  const take = (event) => {
    const name = event.isComposing ? null : nameOf(event);
    if (name === null || name === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    if (name !== "Escape" && !/^\d$/.test(name) && !event.ctrlKey && !event.metaKey && !event.altKey)
      remap(action, name);
    show(action);
  };
  const leave = () => (stop(), show());
  button.addEventListener("keydown", take, true);
  button.addEventListener("blur", leave);
}
