// Times for people: those of Vietnam, wherever the browser is.

import { language, number, t } from "./i18n.js";

const ZONE = "Asia/Ho_Chi_Minh";
const locale = language === "en" ? "en-GB" : "vi-VN";
const full = new Intl.DateTimeFormat(locale, { timeZone: ZONE, dateStyle: "short", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(locale, { timeZone: ZONE, timeStyle: "short" });
const day = new Intl.DateTimeFormat(locale, { timeZone: ZONE, day: "2-digit", month: "2-digit" });

export const fullTime = (time) => full.format(new Date(time));
export const clockTime = (time) => clock.format(new Date(time));
export const dayOf = (time) => day.format(new Date(time)).replace("-", "/");

const STEPS = [
  ["days", 86_400_000, 2],
  ["hours", 3_600_000, 1],
  ["minutes", 60_000, 1],
];

/** The date in Vietnam as the service writes it: 2026-11-22. */
export const dateInVietnam = (time) => new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date(time));

/** How long ago in one unit: "5 phút"; below a minute "vừa xong". */
export function ago(time, now = Date.now()) {
  const passed = now - new Date(time).getTime();
  for (const [unit, length, atLeast] of STEPS) {
    if (passed >= atLeast * length) return t(`time.${unit}`, { n: number(Math.floor(passed / length)) });
  }
  return t("time.now");
}

/** Seconds as people say them. */
export function duration(seconds) {
  if (seconds < 90) return t("time.seconds", { n: number(Math.round(seconds * 10) / 10) });
  if (seconds < 5400) return t("time.minutes", { n: number(Math.round(seconds / 60)) });
  return t("time.hours", { n: number(Math.round(seconds / 360) / 10) });
}
