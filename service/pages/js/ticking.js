// How long things have waited, kept right while the page is open.

import { t } from "./i18n.js";
import { ago } from "./when.js";

const EVERY_MS = 20_000;

export function keepTimes() {
  setInterval(() => {
    for (const element of document.querySelectorAll("[data-since]")) {
      element.textContent = t(element.dataset.says, { time: ago(element.dataset.since) });
    }
  }, EVERY_MS);
}
