// The newsroom's answer to a published comment.

import * as api from "./api.js";
import { h } from "./dom.js";
import { refusal, t } from "./i18n.js";
import { notify } from "./notices.js";

/** Open the form below the comment. */
export function replyForm(desk, item) {
  const view = desk.view(item.id);
  const field = h("textarea", { id: `reply-${item.id}`, rows: "3", lang: "vi", required: true });
  const close = () => {
    view.extra = null;
    desk.refresh(item.id);
    desk.focus();
  };
  let sent = { text: null, key: null }; // sent again, the same text is the same reply
  const send = async () => {
    const text = field.value;
    if (!text.trim()) return field.focus();
    if (text !== sent.text) sent = { text, key: api.newKey() };
    try {
      await api.reply(item.id, sent.text, sent.key);
      notify(t("done.reply"));
      close();
    } catch (problem) {
      notify(refusal(problem), { urgent: true });
    }
  };
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") send();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  view.extra = h(
    "div",
    { class: "editor" },
    h("label", { for: field.id, class: "label" }, t("reply.field")),
    field,
    h(
      "p",
      { class: "row" },
      h(
        "button",
        { type: "button", class: "approve", onclick: send },
        t("reply.send"),
        h("kbd", { "aria-hidden": "true" }, "Ctrl+Enter"),
      ),
      h("button", { type: "button", onclick: close }, t("cancel"), h("kbd", { "aria-hidden": "true" }, "Esc")),
    ),
  );
  desk.refresh(item.id);
  field.focus();
}
