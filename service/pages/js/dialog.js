// A dialog that gives the focus back to where it was.

import { h } from "./dom.js";
import { t } from "./i18n.js";

let count = 0;

/**
 * Ask something.
 * @param {string} title
 * @param {(done: (answer: any) => void) => (Node | Node[])} content
 * @returns {Promise<any>} what `done` was called with; null where it was closed
 */
export function ask(title, content) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    let answer = null;
    const done = (given) => {
      answer = given;
      element.close();
    };
    const name = `dialog-${++count}`;
    const element = h("dialog", { "aria-labelledby": name }, h("h2", { id: name }, title), content(done));
    element.addEventListener("close", () => {
      element.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      else window.dispatchEvent(new Event("refocus"));
      resolve(answer);
    });
    document.body.append(element);
    element.showModal();
  });
}

/** The buttons at a dialog's end. */
export const choices = (...buttons) => h("p", { class: "row end" }, buttons);

export const cancel = (done) => h("button", { type: "button", onclick: () => done(null) }, t("cancel"));
