// What the moderators think of an author: normal, trusted or banned, for good or until a day.

import * as api from "./api.js";
import { ask, cancel, choices } from "./dialog.js";
import { h } from "./dom.js";
import { refusal, t } from "./i18n.js";
import { notify } from "./notices.js";

const DAY_MS = 86_400_000;

/** Ask for how long an author shall be banned, and do it. Resolves to what is then known of the author, or null. */
export async function banDialog(author) {
  const given = await ask(t("ban.title", { name: author.name ?? author.key }), (done) => form(author, done));
  return given && setStanding(author.key, given);
}

function form(author, done) {
  const isAddress = author.key.startsWith("address:");
  const days = isAddress ? [1, 3, 7] : [1, 7, 30, 0];
  const note = h("input", { type: "text", id: "ban-note", maxlength: "2000", autocomplete: "off" });
  const ban = (length) => done({ standing: "banned", until: until(length), note: note.value.trim() || undefined });
  const lengths = days.map((length) =>
    h(
      "button",
      { type: "button", class: "reject", onclick: () => ban(length) },
      t(length ? "ban.days" : "ban.forever", { n: length }),
    ),
  );
  return [
    h("p", {}, t(isAddress ? "ban.address" : "ban.says")),
    h("div", { class: "row" }, lengths),
    h("label", { for: "ban-note" }, t("reject.note"), note),
    choices(cancel(done)),
  ];
}

/** The end of so many days from now; the last one a minute short, for clocks differ. 0 is for good. */
const until = (days) => (days ? new Date(Date.now() + days * DAY_MS - 60_000).toISOString() : undefined);

export async function setStanding(key, standing) {
  try {
    const known = await api.setStanding(key, standing);
    notify(t(`standing.done.${standing.standing}`));
    return known;
  } catch (problem) {
    notify(refusal(problem), { urgent: true });
    return null;
  }
}
