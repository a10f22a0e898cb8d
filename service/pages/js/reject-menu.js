// Why a comment is rejected: a digit for each reason, and room for a word to the reader and to colleagues.

import { REASONS, reasonName } from "./decisions.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

/** The menu; what is written into its fields goes along with the reason that is then chosen. */
export function rejectMenu(act) {
  const message = h("input", { type: "text", id: "reject-message", maxlength: "2000", autocomplete: "off" });
  const note = h("input", { type: "text", id: "reject-note", maxlength: "2000", autocomplete: "off" });
  const choose = (reason) => act("rejectFor", reason, { message: message.value.trim(), note: note.value.trim() });
  return h(
    "div",
    { "class": "reject-menu", "role": "group", "aria-label": t("reject.why") },
    h("p", { class: "label" }, t("reject.why")),
    h(
      "div",
      { class: "reasons" },
      REASONS.map((reason, index) => choice(reason, index + 1, choose)),
    ),
    h(
      "details",
      {},
      h("summary", {}, t("reject.words")),
      h("label", { for: "reject-message" }, t("reject.message"), message),
      h("label", { for: "reject-note" }, t("reject.note"), note),
    ),
  );
}

const choice = (reason, digit, choose) =>
  h(
    "button",
    { "type": "button", "data-digit": String(digit), "onclick": () => choose(reason) },
    h("kbd", {}, String(digit)),
    reasonName(reason),
  );
