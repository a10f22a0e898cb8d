// Keys and what they do. None acts while somebody types, while an input method composes, or under a dialog.

import { kept, keep } from "./kept.js";

/** Action → its key unless the moderator chose another. */
export const DEFAULTS = {
  next: "j",
  previous: "k",
  approve: "a",
  edit: "e",
  reject: "r",
  undo: "u",
  ban: "b",
  select: "x",
  approveAll: "Shift+A",
  rejectAll: "Shift+R",
  nextQueue: "t",
  suggestion: "s",
  original: "o",
  history: "h",
  reopen: "p",
  reply: "y",
  author: "n",
  search: "/",
  help: "?",
};

const chosen = () => ({ ...DEFAULTS, ...kept("keys") });
let keys = chosen();

export const keyOf = (action) => keys[action];

/** The action of a key, or undefined. */
export const actionOf = (key) => Object.keys(keys).find((action) => keys[action] === key);

/** Give an action another key; an action that had it gets the old one in return. */
export function remap(action, key) {
  const other = actionOf(key);
  if (other) keys[other] = keys[action];
  keys[action] = key;
  keep("keys", keys);
}

export function resetKeys() {
  keep("keys", null);
  keys = chosen();
}

/** Whether keys act at all: some speech and assistive software would press them by mistake (WCAG 2.1.4). */
export const areOn = () => kept("keysOff") !== true;
export const switchKeys = (on) => keep("keysOff", !on);

/** How a key is called: `a`, `Shift+A`, `?`, `Enter`; null for one that stands for nothing alone. */
export function nameOf(event) {
  const { key } = event;
  if (["Shift", "Control", "Alt", "Meta", "CapsLock", "Dead", "Process", "Unidentified"].includes(key))
    return null;
  if (/^\p{L}$/u.test(key)) return event.shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase();
  return key;
}

const TYPING =
  "input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]";

/** Whether a key press is a command: not typed into a field, not a part of composing, not the browser's own. */
export function isCommand(event) {
  if (event.isComposing || event.keyCode === 229 || !areOn()) return false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  if (event.target instanceof Element && event.target.closest(TYPING)) return false;
  return !document.querySelector("dialog[open]");
}

/** Whether Enter or Space is meant for the button or link that has the focus. */
export const isForControl = (event) =>
  ["Enter", " "].includes(event.key) &&
  event.target instanceof Element &&
  event.target.closest("button, a, summary, input");
