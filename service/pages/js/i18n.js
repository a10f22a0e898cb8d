// The two languages of the page. Vietnamese comes first; English is a choice that this browser remembers.

import codes from "./strings-codes.js";
import en from "./strings-en.js";
import vi from "./strings-vi.js";
import { kept, keep } from "./kept.js";

export const language = kept("language") === "en" ? "en" : "vi";
const strings = language === "en" ? { ...en, ...codes.en } : { ...vi, ...codes.vi };

/** The text of that name, `{x}` replaced by `values.x`; `name.one` where there is one and `values.n` is 1. */
export function t(name, values = {}) {
  const one = String(values.n) === "1" ? strings[`${name}.one`] : undefined;
  const text = one ?? strings[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}

/** Whether there is a text of that name. */
export const knows = (name) => name in strings;

/** What the service or the way to it refused, as a sentence; its own words where we have none for the code. */
export const refusal = ({ code, message }) =>
  t("failed", { why: knows(`problem.${code}`) ? t(`problem.${code}`) : message });

export function switchLanguage() {
  keep("language", language === "en" ? "vi" : "en");
  location.reload();
}

const numbers = new Intl.NumberFormat(language === "en" ? "en-GB" : "vi-VN");
const shares = new Intl.NumberFormat(language === "en" ? "en-GB" : "vi-VN", { style: "percent" });

export const number = (value) => numbers.format(value);
export const percent = (share) => shares.format(share);
