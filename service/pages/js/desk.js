// A list of comments to work through: which one is being read, and the few cards around it that are in the page.
// However long the list is, the page holds a window of it, so that every move costs the same.

import { card, saying } from "./card.js";
import { h, steadily } from "./dom.js";
import { AHEAD } from "./feed.js";
import { t } from "./i18n.js";
import { draftOf, keepDraft } from "./kept.js";

const BEHIND = 3;
const AFTER = 8;
const STEP = 10; // cards more where somebody scrolls to the end of the window

export class Desk {
  /** @param {(desk: Desk, action: string, id: string, ...values) => void} act */
  constructor(feed, act) {
    this.feed = feed;
    this.act = act;
    this.views = new Map();
    this.selected = new Set();
    this.current = null;
    this.last = AFTER;
    this.list = h("div", {
      "class": "feed",
      "role": "feed",
      "aria-label": t(`list.${feed.state}`),
      "aria-busy": "true",
    });
    this.rest = h("div", { class: "rest", tabindex: "-1" });
    this.element = h("div", { class: "desk" }, this.list, this.rest);
    this.onchange = () => {};
    this.onread = () => {};
    this.#listen();
  }

  get index() {
    return this.feed.indexOf(this.current);
  }

  get item() {
    return this.feed.find(this.current);
  }

  /** What the moderator is doing with a comment. */
  view(id) {
    if (!this.views.has(id)) this.views.set(id, { draft: draftOf(id), original: false, isEditing: false });
    return this.views.get(id);
  }

  async start() {
    await this.feed.more();
    this.show(0);
  }

  /** Read the comment at a place: it comes to the top of the screen and has the focus. */
  show(index, { focus = true } = {}) {
    const items = this.feed.items;
    const at = Math.max(0, Math.min(index, items.length - 1));
    if (items[at]?.id !== this.current) this.last = 0;
    this.current = items[at]?.id ?? null;
    this.sync();
    if (focus) this.focus();
    this.#readAhead();
    this.onread();
  }

  move(by) {
    const index = this.index;
    const left = this.item && this.view(this.current).told ? this.current : null;
    this.show(index + by);
    if (left && this.current !== left) this.drop(left);
  }

  /** Make the cards in the page those around the current one. */
  sync() {
    const { items } = this.feed;
    const at = Math.max(0, this.index);
    this.last = Math.max(this.last, at + AFTER);
    const shown = items.slice(Math.max(0, at - BEHIND), this.last + 1);
    const wanted = new Set(shown.map(({ id }) => id));
    for (const old of [...this.list.children]) if (!wanted.has(old.dataset.id)) old.remove();
    shown.forEach((item, place) => {
      const there = this.list.children[place];
      if (there?.dataset.id === item.id) return;
      this.list.insertBefore(this.cardOf(item.id) ?? this.#card(item), there ?? null);
    });
    this.#number(Math.max(0, at - BEHIND));
    this.#tellRest();
    this.onchange();
  }

  #number(first) {
    const size = this.feed.total ?? -1;
    [...this.list.children].forEach((element, place) => {
      element.setAttribute("aria-posinset", first + place + 1);
      element.setAttribute("aria-setsize", size);
      element.toggleAttribute("data-current", element.dataset.id === this.current);
    });
  }

  #tellRest() {
    const { items, isComplete } = this.feed;
    this.list.setAttribute("aria-busy", String(!isComplete && !items.length));
    this.list.hidden = !items.length;
    if (items.length)
      return this.rest.replaceChildren(isComplete ? h("p", {}, t("end")) : h("p", {}, t("reading")));
    const empty = isComplete
      ? t(`empty.${this.feed.source === "claims" ? "claims" : this.feed.state}`)
      : t("reading");
    this.rest.replaceChildren(h("h2", { class: "empty" }, empty));
  }

  /** Build a card anew after a change, keeping the focus in it. */
  refresh(id) {
    const old = this.cardOf(id);
    if (!old) return;
    const had = old.contains(document.activeElement);
    const place = placeOf(document.activeElement);
    const fresh = this.#card(this.feed.find(id));
    steadily(this.currentCard, () => old.replaceWith(fresh));
    this.#number(this.feed.indexOf(this.list.firstChild.dataset.id));
    if (had) (fresh.querySelector(place) ?? fresh).focus({ preventScroll: true });
  }

  /** Say on a card what happened to its comment; what is being written on it stays. */
  tell(id, told) {
    const view = this.view(id);
    view.told = told;
    if (!view.isEditing && !view.isRejecting && !view.extra) return this.refresh(id);
    const element = this.cardOf(id);
    element?.querySelector(".told")?.remove();
    return element?.querySelector("header").after(saying(told));
  }

  #card(item) {
    const view = { ...this.view(item.id), isSelected: this.selected.has(item.id) };
    return card(item, view, (action, ...values) => this.act(this, action, item.id, ...values));
  }

  cardOf(id) {
    return id === null ? null : document.getElementById(`card-${id}`);
  }

  get currentCard() {
    return this.cardOf(this.current);
  }

  focus() {
    const active = document.activeElement;
    if (active?.matches("input, select, textarea") && !this.element.contains(active)) return; // somebody searches
    const element = this.currentCard ?? this.rest;
    element.focus({ preventScroll: true });
    if (this.index <= 0) window.scrollTo({ top: 0, behavior: "instant" });
    else element.scrollIntoView({ block: "start", behavior: "instant" });
  }

  /** Keep what a moderator makes of a text. */
  draft(id, text) {
    this.view(id).draft = text;
    keepDraft(id, text);
  }

  /** Take a comment off the list; the next one is read in its place. Returns where it stood. */
  leave(id) {
    const wasCurrent = id === this.current;
    const index = this.feed.remove(id);
    this.selected.delete(id);
    if (wasCurrent) this.show(index);
    else steadily(this.currentCard, () => this.sync());
    return index;
  }

  /** Take off what a colleague decided, without moving what is being read. */
  drop(id) {
    this.feed.remove(id);
    this.selected.delete(id);
    steadily(this.currentCard, () => this.sync());
  }

  /** Put a comment back, without moving what is being read. */
  bringBack(index, item) {
    this.feed.insert(index, item);
    if (this.current === null) this.show(0);
    else steadily(this.currentCard, () => this.sync());
  }

  #readAhead() {
    const left = this.feed.items.length - this.index;
    if (left > AHEAD && this.feed.source === "queue") return;
    if (left > 4 && this.feed.source === "claims") return;
    this.feed.more().then((came) => {
      if (this.current === null && came) this.show(0);
      else if (came || this.feed.isComplete) this.sync();
    }, this.onproblem);
  }

  #listen() {
    this.list.addEventListener("focusin", ({ target }) => this.#become(target));
    this.list.addEventListener("pointerdown", ({ target }) => this.#become(target));
    this.list.addEventListener("click", ({ target }) => {
      const pressed = target.closest("[data-act]");
      if (pressed) this.act(this, pressed.dataset.act, pressed.closest("article").dataset.id);
    });
    this.list.addEventListener("pointerover", ({ target }) => light(target.closest("[data-finding]")));
    new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#widen(), {
      rootMargin: "800px",
    }).observe(this.rest);
  }

  #become(target) {
    const id = target.closest("article")?.dataset.id;
    if (!id || id === this.current) return;
    this.current = id;
    this.#number(this.feed.indexOf(this.list.firstChild.dataset.id));
    this.#readAhead();
    this.onread();
  }

  /** Somebody scrolls: more cards below. */
  #widen() {
    if (this.last >= this.feed.items.length) return;
    this.last += STEP;
    this.sync();
  }
}

/** Point out in the text what a finding saw. */
function light(finding) {
  for (const lit of document.querySelectorAll("mark.lit")) lit.classList.remove("lit");
  const seen =
    finding?.closest("article").querySelectorAll(`mark[data-findings~="${finding.dataset.finding}"]`) ?? [];
  for (const mark of seen) mark.classList.add("lit");
}

/** A selector that finds the same control in a card built anew. */
function placeOf(element) {
  if (element?.matches("textarea")) return "textarea";
  if (element?.dataset?.act) return `[data-act="${element.dataset.act}"]`;
  if (element?.matches(".offer, [data-suggestion]")) return ".offer, [data-act=approve]";
  return "article";
}
