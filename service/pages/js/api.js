// The service's API as the page uses it: every address relative to the page, every refusal a `Problem`.

import { language } from "./i18n.js";

const RETRY_MS = [300, 1500];
let session = 0; // which one this is, counted by sign-ins

/** What the service refused: `code` and all members of its problem document. `status` 0: it did not answer. */
export class Problem extends Error {
  constructor(status, document = {}) {
    super(document.detail ?? document.code ?? `HTTP ${status}`);
    Object.assign(this, { status, code: document.code ?? "unreachable", document });
  }
}

const address = (path) => new URL(path, document.baseURI);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * One request. Where the service does not answer or says that it cannot now, it is repeated: reading changes
 * nothing, and a decision on a version, or what has an idempotency key, is made once however often it is sent.
 */
export async function call(method, path, body, more = {}) {
  for (const wait of [...RETRY_MS, null]) {
    try {
      return await once(method, path, body, more);
    } catch (problem) {
      if (![0, 503].includes(problem.status) || wait === null) throw problem;
      await pause(wait);
    }
  }
}

async function once(method, path, body, more) {
  const asked = session;
  const headers = { "Accept": "application/json", "Accept-Language": language, ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    answer = await fetch(address(path), { method, headers, body: sent, keepalive: path === RELEASE });
  } catch {
    throw new Problem(0);
  }
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    const isOver = answer.status === 401 && path !== SESSION && asked === session;
    if (isOver) window.dispatchEvent(new Event("signed-out")); // else it was the session before that is over
    throw new Problem(answer.status, document);
  }
  return document;
}

const SESSION = "moderate/session";
const RELEASE = "v1/queue/release"; // it must arrive although the page is being left
const segment = encodeURIComponent;

export const whoAmI = () => call("GET", SESSION);
export const signOut = () => call("DELETE", SESSION);

export async function signIn(key) {
  const moderator = await call("POST", SESSION, { key });
  session += 1;
  return moderator;
}

/** A page of a list; `query` holds the filters, empty ones left out. */
export function queue(query) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return call("GET", `v1/queue?${new URLSearchParams(given)}`);
}

export const claim = (limit, lease_seconds) => call("POST", "v1/queue/claim", { limit, lease_seconds });
export const release = (ids) => call("POST", RELEASE, { ids });
export const comment = (id) => call("GET", `v1/comments/${segment(id)}`);
export const history = (id) => call("GET", `v1/comments/${segment(id)}/history`);
export const decide = (id, action, body) => call("POST", `v1/comments/${segment(id)}/${action}`, body);
export const reply = (id, body, key) =>
  call("POST", `v1/comments/${segment(id)}/reply`, { body }, { "Idempotency-Key": key });
export const decideAll = (decisions) => call("POST", "v1/decisions", { decisions });
export const author = (key, cursor) =>
  call("GET", `v1/authors/${segment(key)}${cursor ? `?${new URLSearchParams({ cursor })}` : ""}`);
export const setStanding = (key, standing) => call("PUT", `v1/authors/${segment(key)}/standing`, standing);
export const stats = (from, to) => call("GET", `v1/stats?${new URLSearchParams({ from, to })}`);

/** A name for what is made once, however often it is asked for. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The live stream of the site. */
export const events = () => new EventSource(address("v1/events"));
