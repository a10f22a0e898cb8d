// A list of comments as far as it has been read from the service, in order. No elements here.

import * as api from "./api.js";

const PAGE = 50;
const CLAIMED_AT_ONCE = 10;
const LEASE_S = 600;
export const AHEAD = 40; // comments that should always be there before they are reached

/** What waits, or what was decided, by filters; or, with `source: "claims"`, what is handed out to me alone. */
export class Feed {
  constructor(query, { source = "queue" } = {}) {
    this.query = query;
    this.source = source;
    this.items = [];
    this.total = null;
    this.cursor = null;
    this.isComplete = false;
    this.reading = null;
    this.gone = new Map(); // id → version when it left: a page that was read before must not bring it back
  }

  get state() {
    return this.query.state ?? "pending";
  }

  /** Read on, unless that is under way; resolves to whether anything came. */
  more() {
    if (this.isComplete) return Promise.resolve(false);
    this.reading ??= this.#read().finally(() => (this.reading = null));
    return this.reading;
  }

  async #read() {
    const known = this.items.length;
    if (this.source === "claims") await this.#claim();
    else await this.#page();
    return this.items.length > known;
  }

  async #page() {
    const page = await api.queue({ ...this.query, limit: PAGE, cursor: this.cursor });
    this.cursor = page.next_cursor ?? this.cursor; // the last page is asked for again when new ones came
    this.isComplete = page.next_cursor === null;
    this.total = page.total;
    this.searched = page.searched ?? null;
    this.add(page.items);
  }

  async #claim() {
    const { items } = await api.claim(CLAIMED_AT_ONCE, LEASE_S);
    this.isComplete = items.length === 0;
    this.add(items);
    this.total = this.items.length;
  }

  /** Put further comments at the end, each once. */
  add(items) {
    const known = new Set(this.items.map(({ id }) => id));
    this.items.push(...items.filter(({ id }) => !known.has(id) && !this.gone.has(id)));
  }

  indexOf(id) {
    return this.items.findIndex((item) => item.id === id);
  }

  find(id) {
    return this.items[this.indexOf(id)];
  }

  /** Take a comment out; returns its place, or -1. */
  remove(id) {
    const index = this.indexOf(id);
    this.gone.set(id, this.items[index]?.version ?? 0);
    if (index >= 0) this.items.splice(index, 1);
    if (index >= 0 && this.total !== null) this.total = Math.max(0, this.total - 1);
    return index;
  }

  /** Put a comment back at a place. */
  insert(index, item) {
    this.gone.delete(item.id);
    if (this.indexOf(item.id) >= 0) return;
    this.items.splice(Math.min(index, this.items.length), 0, item);
    if (this.total !== null) this.total += 1;
  }

  /** Take a comment's newer form, keeping what only a list tells: record, parent, article. */
  update(id, newer) {
    const index = this.indexOf(id);
    if (index >= 0) this.items[index] = merged(this.items[index], newer);
    return this.items[index];
  }

  /** Begin anew at the top. */
  restart() {
    Object.assign(this, { items: [], total: null, cursor: null, isComplete: false, gone: new Map() });
    return this.more();
  }
}

/** The newer form of a comment with what the older one knew beyond it. */
export function merged(item, newer) {
  return { ...item, ...newer, author: { ...item.author, ...newer.author } };
}
