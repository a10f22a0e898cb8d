// What a moderator does with one comment. The page moves on at once; what the service refuses comes back.

import { standing } from "./body.js";
import { send, undoLast, REASONS } from "./decisions.js";
import { merged } from "./feed.js";
import { refusal, t } from "./i18n.js";
import { keepDraft } from "./kept.js";
import { keyOf } from "./keys.js";
import { notify, withdraw } from "./notices.js";
import { go, to } from "./route.js";
import * as bulk from "./bulk.js";
import { banDialog } from "./ban.js";
import { replyForm } from "./reply.js";
import { historyOf } from "./history.js";

/** Do one thing with a comment; unknown actions are left alone. */
export function act(desk, action, id, ...values) {
  const item = desk.feed.find(id);
  if (item && ACTS[action]) ACTS[action](desk, item, ...values);
}

const isIn = (item, ...states) => states.includes(item.state);

const ACTS = {
  approve(desk, item) {
    if (!isIn(item, "pending")) return;
    const { draft } = desk.view(item.id);
    depart(desk, item, "approve", draft !== null && draft !== standing(item) ? { body: draft } : {});
  },
  reject(desk, item) {
    if (!isIn(item, "pending", "published")) return;
    toggle(desk, item, "isRejecting");
    desk.cardOf(item.id).querySelector(".reject-menu button")?.focus();
  },
  rejectFor(desk, item, reason, { message, note } = {}) {
    depart(desk, item, "reject", { reason, message: message || undefined, note: note || undefined });
  },
  reopen(desk, item) {
    if (isIn(item, "rejected")) depart(desk, item, "reopen", {});
  },
  edit(desk, item) {
    if (!isIn(item, "pending", "published")) return;
    Object.assign(desk.view(item.id), { isEditing: true, original: false, isRejecting: false });
    desk.refresh(item.id);
    const field = desk.cardOf(item.id).querySelector("textarea");
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  },
  stopEditing(desk, item) {
    desk.view(item.id).isEditing = false;
    if (desk.view(item.id).draft === standing(item)) desk.draft(item.id, null);
    desk.refresh(item.id);
    desk.cardOf(item.id).focus({ preventScroll: true });
  },
  draft: (desk, item, text) => desk.draft(item.id, text),
  take(desk, item, text) {
    desk.draft(item.id, text);
    desk.view(item.id).original = false;
    desk.refresh(item.id);
  },
  suggestion(desk, item) {
    if (item.suggestion && isIn(item, "pending")) ACTS.take(desk, item, item.suggestion);
  },
  original(desk, item) {
    toggle(desk, item, "original");
  },
  save,
  select(desk, item) {
    if (!desk.selected.delete(item.id)) desk.selected.add(item.id);
    desk.refresh(item.id);
    desk.onchange();
  },
  approveAll: (desk, item) => bulk.approve(desk, item),
  rejectAll: (desk, item) => bulk.reject(desk, item),
  cluster: (_, item) => go(to("pending", { cluster: item.cluster })),
  author: (_, item) => item.author.key && go(to("author", item.author.key)),
  ban: (desk, item) => item.author.key && banDialog(item.author).then(() => desk.focus()),
  history: (desk, item) => historyOf(desk, item),
  reply: (desk, item) => isIn(item, "published") && replyForm(desk, item),
};

function toggle(desk, item, name) {
  const view = desk.view(item.id);
  view[name] = !view[name];
  desk.refresh(item.id);
}

/** Whether a digit was a reason for the comment whose menu is open. */
export function chooseReason(desk, digit) {
  const { item } = desk;
  const reason = REASONS[digit - 1];
  if (!item || !reason || !desk.view(item.id).isRejecting) return false;
  desk.currentCard.querySelector(`[data-digit="${digit}"]`).click();
  return true;
}

/** Close what is open on the current card; returns whether something was. */
export function closeOpen(desk) {
  const view = desk.item && desk.view(desk.current);
  if (!view?.isRejecting && !view?.extra) return false;
  Object.assign(view, { isRejecting: false, extra: null });
  desk.refresh(desk.current);
  desk.focus();
  return true;
}

/** Decide and move on. */
async function depart(desk, item, action, fields) {
  Object.assign(desk.view(item.id), { isEditing: false, isRejecting: false, told: null, extra: null });
  const index = desk.leave(item.id);
  try {
    await send(item, action, fields);
    keepDraft(item.id, null);
    notify(t(`done.${action}`, { name: item.author.name ?? "" }), {
      about: "decision",
      actions: [{ label: t("undo"), key: keyOf("undo"), act: () => undo(desk) }],
    });
  } catch (problem) {
    refused(desk, item, index, problem, (force) => depart(desk, item, action, { ...fields, ...force }));
  }
}

function refused(desk, item, index, problem, again) {
  const current = problem.document?.current;
  const says = problem.told ?? refusal(problem);
  const isElsewhere = current && current.state !== desk.feed.state;
  if (!isElsewhere) {
    desk.view(item.id).told = problem.told ?? null;
    desk.bringBack(index, merged(item, current ?? { claim: problem.document?.claim ?? item.claim, author: {} }));
  }
  const look = { label: t("look"), act: () => desk.show(desk.feed.indexOf(item.id)) };
  const anyway = { label: t("anyway"), act: () => ((desk.view(item.id).told = null), again({ force: true })) };
  notify(`${item.author.name ?? ""}: ${says}`, {
    urgent: true,
    actions: isElsewhere ? [] : problem.code === "claimed" ? [anyway, look] : [look],
  });
}

/** Keep an edit without deciding. */
async function save(desk, item) {
  const { draft } = desk.view(item.id);
  if (draft === null || draft === standing(item)) return ACTS.stopEditing(desk, item);
  try {
    const after = await send(item, "edit", { body: draft });
    desk.draft(item.id, null);
    desk.feed.update(item.id, after);
    notify(t("done.edit"), { about: "decision" });
    ACTS.stopEditing(desk, desk.feed.find(item.id));
  } catch (problem) {
    notify(problem.told ?? refusal(problem), { urgent: true });
  }
}

/** Take the latest decision back; its comment returns and is read again. */
export async function undo(desk) {
  const outcomes = await undoLast();
  if (!outcomes) return notify(t("undo.none"));
  withdraw("decision");
  const back = outcomes.filter(({ comment }) => comment?.state === desk.feed.state);
  const at = Math.max(0, desk.index);
  for (const { item, comment } of back) {
    if (desk.feed.update(item.id, comment))
      desk.refresh(item.id); // an edit: it never left
    else desk.feed.insert(at, merged(item, comment));
  }
  if (back.length) desk.show(at);
  const failed = outcomes.filter(({ problem }) => problem);
  if (failed.length)
    notify(t("undo.failed", { n: failed.length, why: failed[0].problem.message }), { urgent: true });
  else notify(t("done.undo", { n: outcomes.length }));
}
