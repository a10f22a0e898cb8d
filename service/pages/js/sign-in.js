// Signing in with a moderator's key. The key is sent once and kept nowhere on this side.

import { signIn } from "./api.js";
import { h } from "./dom.js";
import { refusal, t } from "./i18n.js";

/** The form; `entered` is called with who has signed in. */
export function signInForm(entered) {
  const field = h("input", {
    "type": "password",
    "id": "key",
    "name": "key",
    "required": true,
    "autocomplete": "current-password",
    "spellcheck": "false",
    "aria-describedby": "key-trouble",
  });
  const trouble = h("p", { id: "key-trouble", class: "trouble", role: "alert" });
  const submit = async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    try {
      entered(await signIn(field.value.trim()));
    } catch (problem) {
      trouble.textContent = says(problem);
      field.focus();
      field.select();
    }
  };
  return h(
    "form",
    { class: "sign-in", onsubmit: submit },
    h("input", { type: "text", autocomplete: "username", value: "Có Dấu", hidden: true }),
    h("label", { for: "key" }, t("signin.key")),
    field,
    trouble,
    h("button", { type: "submit", class: "approve" }, t("signin.enter")),
    h("p", { class: "small" }, t("signin.says")),
  );
}

function says(problem) {
  const { code } = problem;
  if (code === "rate_limited") return t("signin.limited");
  if (code === "forbidden" || code === "unauthorized") return t(`signin.${code}`);
  return refusal(problem);
}
