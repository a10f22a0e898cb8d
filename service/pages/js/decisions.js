// Decisions on their way to the service: made on the page at once, sent behind it, taken back where refused.

import * as api from "./api.js";
import { t, knows } from "./i18n.js";
import { myName } from "./me.js";
import { clockTime } from "./when.js";

export const REASONS = [
  "spam",
  "offensive",
  "off_topic",
  "personal_information",
  "misinformation",
  "duplicate",
  "missing_diacritics",
  "other",
];
export const UNDO_MS = 60_000;
const STATE_AFTER = { approve: "published", reject: "rejected", reopen: "pending" };
const AT_ONCE = 200; // decisions in one call

/** The decisions of this page, latest last, that may still be taken back. */
const made = [];

/**
 * Send one decision.
 * @returns the comment as it then stands
 * @throws {api.Problem} with `told`, a sentence that says who decided what, where somebody was faster
 */
export async function send(item, action, fields) {
  const sent = api.decide(item.id, action, { version: item.version, ...fields });
  const remembered = remember([{ item, action }], sent);
  try {
    return await sent;
  } catch (problem) {
    const own = problem.status === 409 && (await ownEarlier(item, action, problem));
    if (own) return own;
    made.splice(made.indexOf(remembered), 1);
    if (problem.status !== 409) throw problem;
    problem.told = await told(item.id, problem);
    throw problem;
  }
}

/**
 * Send one kind of decision on many.
 * @param {{item: object, fields: object}[]} asked
 * @returns each comment's outcome: `{item, comment}` or `{item, problem}`
 */
export async function sendAll(asked, action) {
  const outcomes = [];
  for (let from = 0; from < asked.length; from += AT_ONCE) {
    outcomes.push(...(await sendSome(asked.slice(from, from + AT_ONCE), action)));
  }
  const done = outcomes.filter(({ comment }) => comment).map(({ item }) => ({ item, action }));
  if (done.length) remember(done, Promise.resolve());
  return outcomes;
}

async function sendSome(asked, action) {
  const decisions = asked.map(({ item: { id, version }, fields }) => ({ id, action, version, ...fields }));
  const { results } = await api.decideAll(decisions);
  return results.map(({ comment, problem }, i) => ({ item: asked[i].item, comment, problem }));
}

/** Keep decisions for an undo; `sent` settles when the service has answered. */
function remember(decisions, sent) {
  const remembered = { decisions, sent, at: Date.now() };
  made.push(remembered);
  return remembered;
}

/**
 * Take the latest decision back, or all of the latest bulk.
 * @returns null where there is none, else for each comment `{item, comment}` or `{item, problem}`
 */
export async function undoLast() {
  const last = made.pop();
  if (!last || Date.now() - last.at > UNDO_MS) return null;
  await last.sent.catch(() => null); // a refused one answers below for itself
  return Promise.all(last.decisions.map(({ item }) => takenBack(item)));
}

async function takenBack(item) {
  try {
    return { item, comment: await api.decide(item.id, "undo", {}) };
  } catch (problem) {
    return { item, problem };
  }
}

/** The comment, where the "conflict" is this very decision, sent twice because its first answer was lost. */
async function ownEarlier(item, action, { document: { current } }) {
  if (current?.version !== item.version + 1 || current.state !== STATE_AFTER[action]) return null;
  const last = (await api.history(item.id)).entries.at(-1);
  return last.by === myName() ? current : null;
}

/** Who decided what, in a sentence. */
async function told(id, { code, document }) {
  if (code === "claimed")
    return t("conflict.claimed", { who: document.claim?.by ?? document.by ?? t("colleague") });
  const last = await api.history(id).then(
    ({ entries }) => entries.at(-1),
    () => null,
  );
  if (!last) return t("conflict.changed");
  return toldStep(last);
}

/** One step of a comment's life, in a sentence. */
export function toldStep({ event, by, at, reason }) {
  const who = ["worker", "retention"].includes(by) ? t(by) : by;
  const why = reason ? ` (${reasonName(reason)})` : "";
  return t("did", { who, what: t(`event.${event}`), at: clockTime(at) }) + why;
}

export const reasonName = (code) =>
  knows(`reason.${code}`) ? t(`reason.${code}`) : knows(`code.${code}`) ? t(`code.${code}`) : code;
