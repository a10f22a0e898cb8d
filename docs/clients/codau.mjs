/**
 * Có Dấu for Node: one file to copy into your project. Node 18 or newer, nothing else.
 *
 *   const codau = new Codau("https://codau.example.vn", key); // a key of the role `website`; it stays on your server
 *   const comment = await codau.submit({ thread: "doi-song/4711", body: text, author: { name } }, formKey);
 *
 * A comment that the checks turned down is no error: it comes back with `state` "rejected", with a `message` for the
 * reader, and often with a `suggestion` to send by `revise`. What the service refused is thrown as a `Problem`.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 3;
const LONGEST_PAUSE_S = 2; // a reader is waiting: a longer Retry-After is for the next click
const TRY_S = 5; // for one try; a verdict is waited for up to 2 seconds of it
const READ_WITHIN_S = 3; // all tries together: an article must not wait for its comments
const SEND_WITHIN_S = 12;
const BUSY = [502, 503, 504];
const TOLERANCE_S = 300;
const COUNTS_AT_ONCE = 100; // the service takes 200; proxies take shorter lines

/**
 * The service refused a call, or did not answer (status 503, code `unavailable`).
 *
 * status, code, detail: of the problem document; the detail is for developers.
 * errors: for 422, what is wrong with which field: [{ field: "author.name", message: "…" }].
 * retryAfterS: for 429 and 503, when to try again.
 */
export class Problem extends Error {
  constructor(status, code, { detail = "", errors = [], retryAfterS = 0 } = {}) {
    super(`${status} ${code}: ${detail}`);
    Object.assign(this, { name: "Problem", status, code, detail, errors, retryAfterS });
  }
}

/** A webhook's message is not from Có Dấu, or too old: answer 403, and use nothing of it. */
export class NotSigned extends Error {}

export class Codau {
  #url;
  #headers;

  constructor(url, key) {
    this.#url = url.replace(/\/+$/, "");
    this.#headers = { Authorization: `Bearer ${key}`, "Accept-Language": "vi" };
  }

  /**
   * Send a comment in; resolves to it judged, or `queued` where that takes more than 2 seconds.
   *
   * Make the key when the form is shown, and send it along in the form: however often the form comes, with the same
   * key there is one comment.
   */
  async submit(comment, key) {
    if (!/^[!-~]{1,255}$/.test(key)) { // it came with a form: it may hold anything
      const detail = "the Idempotency-Key is not 1 to 255 visible ASCII characters";
      throw new Problem(422, "invalid_request", { detail });
    }
    return this.#json("POST", "/v1/comments", comment, { "Idempotency-Key": key, Prefer: "wait=2" });
  }

  /** Where a comment stands. */
  async comment(id) {
    return this.#json("GET", `/v1/comments/${encodeURIComponent(id)}`);
  }

  /** Send the reader's better text, mostly the suggested one, under the same id. */
  async revise(id, body) {
    return this.#json("POST", `/v1/comments/${encodeURIComponent(id)}/revise`, { body }, { Prefer: "wait=2" });
  }

  /** Erase a comment and all that is known of its author, for good. */
  async erase(id) {
    await this.#send("DELETE", `/v1/comments/${encodeURIComponent(id)}`);
  }

  /**
   * A page of what is published: { etag, document }. Keep it, and hand it to the next call as `known`: where nothing
   * changed it is what comes back, at the cost of a 304.
   */
  async thread(thread, known = null, { sort = "oldest", limit = 50, cursor = null } = {}) {
    const query = new URLSearchParams({ sort, limit, ...(cursor && { cursor }) });
    const path = `/v1/threads/${encodeURIComponent(thread)}/comments?${query}`;
    const answer = await this.#send("GET", path, undefined, known ? { "If-None-Match": known.etag } : {});
    if (known && answer.status === 304) return known;
    return { etag: answer.headers.get("ETag"), document: await answer.json() };
  }

  /** How many comments are published in each thread: { thread: count }. */
  async counts(threads) {
    const counts = {};
    for (let from = 0; from < threads.length; from += COUNTS_AT_ONCE) {
      const query = new URLSearchParams(threads.slice(from, from + COUNTS_AT_ONCE).map((thread) => ["thread", thread]));
      Object.assign(counts, (await this.#json("GET", `/v1/counts?${query}`)).counts);
    }
    return counts;
  }

  async #json(...request) {
    return (await this.#send(...request)).json();
  }

  /** Every call here may be repeated: nothing is done twice that may be done once. */
  async #send(method, path, document, headers = {}) {
    const until = Date.now() / 1000 + (method === "GET" ? READ_WITHIN_S : SEND_WITHIN_S);
    for (let tried = 1; ; tried += 1) {
      try {
        const withinS = Math.min(TRY_S, Math.max(until - Date.now() / 1000, 0.001));
        return await this.#once(method, path, document, headers, withinS);
      } catch (problem) {
        const pauseS = problem.retryAfterS || 0.2 * 2 ** tried;
        if (!BUSY.includes(problem.status) || tried === TRIES || pauseS > LONGEST_PAUSE_S) throw problem;
        if (Date.now() / 1000 + pauseS >= until) throw problem;
        await sleep(1000 * pauseS);
      }
    }
  }

  async #once(method, path, document, headers, withinS) {
    const content = document === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...content, ...headers },
      body: document === undefined ? undefined : JSON.stringify(document),
      signal: AbortSignal.timeout(Math.ceil(1000 * withinS)),
      cache: "no-store",
    }).catch((error) => {
      throw new Problem(503, "unavailable", { detail: String(error.cause ?? error) });
    });
    if (answer.ok || answer.status === 304) return answer;
    throw await problemOf(answer);
  }
}

/** Read a refusal; something in between, a proxy, may have written it. */
async function problemOf(answer) {
  const said = (await answer.json().catch(() => null)) ?? {};
  const code = said.code ?? (BUSY.includes(answer.status) ? "unavailable" : "unexpected");
  const retryAfterS = Number.parseInt(answer.headers.get("Retry-After") ?? "0", 10) || 0;
  return new Problem(answer.status, code, { detail: said.detail, errors: said.errors, retryAfterS });
}

/**
 * The event in a webhook's message: { type, timestamp, data: the comment as it now stands }. Throws NotSigned.
 *
 * body: the bytes as they came (a Buffer), before anything has read them as JSON.
 * headers: of the message, with names in lower case, as Node gives them.
 * secrets: as they were shown (`whsec_…`); two while you change over to a new one.
 */
export function verify(body, headers, ...secrets) {
  const [id, at, signatures] = ["id", "timestamp", "signature"].map((name) => headers[`webhook-${name}`] ?? "");
  if (!/^\d+$/.test(at) || Math.abs(Date.now() / 1000 - Number(at)) > TOLERANCE_S) {
    throw new NotSigned("the timestamp is missing, or more than five minutes off");
  }
  const signed = Buffer.concat([Buffer.from(`${id}.${at}.`), Buffer.from(body)]);
  for (const signature of signatures.split(" ")) {
    const [version, value] = signature.split(",");
    if (version === "v1" && value && secrets.some((secret) => fits(value, signed, secret))) {
      return JSON.parse(Buffer.from(body).toString("utf8"));
    }
  }
  throw new NotSigned("no signature fits");
}

function fits(signature, signed, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const [given, wanted] = [Buffer.from(signature, "base64"), createHmac("sha256", key).update(signed).digest()];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
