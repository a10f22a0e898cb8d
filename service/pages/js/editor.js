// Editing in place: the field, what has changed so far, and what the suggestion would still change.

import { changes, offers, standing } from "./body.js";
import { changed } from "./diff.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { keyOf } from "./keys.js";

/** The field with everything around it. */
export function editor(item, view, act) {
  const diff = h("div", { class: "so-far" });
  const offered = h("div", { class: "still" });
  const name = `field-${item.id}`;
  const field = h("textarea", {
    "id": name,
    "rows": "4",
    "spellcheck": "false",
    "lang": "vi",
    "aria-describedby": `diff-${item.id}`,
  });
  field.value = view.draft ?? standing(item);
  const show = () => showChanges(item, field.value, { diff, offered, write: (text) => write(text) });
  const write = (text) => {
    field.value = text;
    act("draft", text);
    show();
    field.focus();
  };
  let putAside = field.value;
  const swap = () => {
    const isOriginal = field.value === originalOf(item);
    if (!isOriginal) putAside = field.value;
    write(isOriginal ? putAside : originalOf(item));
  };
  let due = 0;
  field.addEventListener("input", () => {
    act("draft", field.value);
    cancelAnimationFrame(due);
    due = requestAnimationFrame(show);
  });
  field.addEventListener("keydown", (event) => onKey(event, { item, act, write, swap }));
  show();
  return h(
    "div",
    { class: "editor" },
    h("label", { for: name, class: "label" }, t("edit.field")),
    field,
    h("div", { id: `diff-${item.id}` }, diff),
    offered,
    buttons(item, act, swap),
  );
}

/** What the reader wrote, as it would be shown. */
const originalOf = (item) => item.original_body ?? standing(item);

function showChanges(item, text, { diff, offered, write }) {
  const original = originalOf(item);
  diff.replaceChildren(
    ...(text === original ? [] : [h("p", { class: "label" }, t("edit.changes")), changes(original, text)]),
  );
  const rest = item.suggestion && item.suggestion !== text;
  offered.replaceChildren(...(rest ? suggested(text, item.suggestion, write, altKey("suggestion")) : []));
}

function onKey(event, { item, act, write, swap }) {
  if (event.isComposing || event.keyCode === 229) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key === "Enter") act(item.state === "pending" ? "approve" : "save");
  else if (command && event.key.toLowerCase() === "s") act("save");
  else if (event.altKey && event.key.toLowerCase() === keyOf("original")) swap();
  else if (event.altKey && event.key.toLowerCase() === keyOf("suggestion") && item.suggestion)
    write(item.suggestion);
  else if (event.key === "Escape") act("stopEditing");
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function buttons(item, act, swap) {
  const pending = item.state === "pending";
  return h(
    "p",
    { class: "row" },
    pending && press("edit.publish", "Ctrl+Enter", () => act("approve"), "approve"),
    press(pending ? "edit.keep" : "edit.save", "Ctrl+S", () => act("save")),
    press("edit.original", altKey("original"), swap),
    press("edit.stop", "Esc", () => act("stopEditing")),
  );
}

const press = (says, key, onclick, kind) =>
  h("button", { type: "button", class: kind, onclick }, t(says), h("kbd", { "aria-hidden": "true" }, key));

const altKey = (action) => `Alt+${keyOf(action).toUpperCase()}`;

/** The suggestion on a card that is not being edited; null where it has nothing to add. */
export function suggestionView(item, view, act) {
  const text = view.draft ?? standing(item);
  if (item.state !== "pending" || !item.suggestion || item.suggestion === text) return null;
  return h(
    "div",
    { class: "still" },
    suggested(text, item.suggestion, (taken) => act("take", taken), keyOf("suggestion")),
  );
}

function suggested(text, suggestion, write, key) {
  const all = h(
    "button",
    { "type": "button", "onclick": () => write(suggestion), "data-suggestion": "all" },
    t("suggestion.all"),
    h("kbd", { "aria-hidden": "true" }, key),
  );
  return [
    h("p", { class: "row" }, h("span", { class: "label" }, t("suggestion")), all),
    offers(text, suggestion, (change) => write(changed(text, change))),
  ];
}
