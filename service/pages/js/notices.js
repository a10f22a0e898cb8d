// What happened, told in a corner: seen by everybody, read out by screen readers, in nobody's way.

import { h } from "./dom.js";
import { t } from "./i18n.js";

const SHORT_MS = 6000;
const MOST = 4;

const polite = h("div", { "class": "notices", "role": "status", "aria-live": "polite" });
const urgent = h("div", { class: "notices urgent", role: "alert" });

export const noticeBoard = () => h("div", { class: "notice-board" }, urgent, polite);

/**
 * Tell something.
 * @param {string} text
 * @param {{urgent?: boolean, about?: string, actions?: {label: string, act: () => void, key?: string}[]}} options;
 *   urgent ones stay, `about` names those that `withdraw` takes away together
 */
export function notify(text, { urgent: stays = false, actions = [], about = null } = {}) {
  const board = stays ? urgent : polite;
  const notice = h("div", { "class": "notice", "data-about": about }, h("p", {}, text));
  const close = () => {
    const had = notice.contains(document.activeElement);
    notice.remove();
    if (had) window.dispatchEvent(new Event("refocus"));
  };
  const fade = () => (notice.matches(":hover, :focus-within") ? setTimeout(fade, SHORT_MS) : close());
  for (const { label, act, key } of actions) {
    const run = () => (close(), act());
    notice.append(h("button", { type: "button", onclick: run }, label, key && h("kbd", {}, key)));
  }
  if (stays) notice.append(h("button", { type: "button", class: "quiet", onclick: close }, t("close")));
  else setTimeout(fade, SHORT_MS);
  board.append(notice);
  while (board.children.length > MOST) board.firstChild.remove();
}

/** Take away what has been told about something. */
export function withdraw(about) {
  for (const notice of document.querySelectorAll(`.notice[data-about="${about}"]`)) notice.remove();
}
