// The difference of two texts, word by word.

const TOKEN = /[\p{L}\p{M}\p{N}]+|\s+|[^\p{L}\p{M}\p{N}\s]/gu;
const MOST_CELLS = 4_000_000; // beyond, the middle of two texts counts as one change

/**
 * What makes `after` of `before`.
 * @returns {{same?: string, at: number, del?: string, ins?: string}[]} in order; `at` is a place in `before`
 */
export function difference(before, after) {
  const a = before.match(TOKEN) ?? [];
  const b = after.match(TOKEN) ?? [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = aligned(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (tokens) => tokens.map((token) => ["=", token]);
  return joined([...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))]);
}

/** Longest common subsequence, as steps `=`, `-`, `+`. */
function aligned(a, b) {
  if (!a.length || !b.length || a.length * b.length > MOST_CELLS) {
    return [...a.map((token) => ["-", token]), ...b.map((token) => ["+", token])];
  }
  const lengths = table(a, b);
  const width = b.length + 1;
  const steps = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      steps.push(["=", a[i++]]);
      j++;
    } else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) steps.push(["-", a[i++]]);
    else steps.push(["+", b[j++]]);
  }
  const rest = [...a.slice(i).map((token) => ["-", token]), ...b.slice(j).map((token) => ["+", token])];
  return [...steps, ...rest];
}

function table(a, b) {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const below = lengths[(i + 1) * width + j];
      const beside = lengths[i * width + j + 1];
      lengths[i * width + j] = a[i] === b[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(below, beside);
    }
  }
  return lengths;
}

/** Steps as pieces: neighbouring changes become one. */
function joined(steps) {
  const pieces = [];
  let at = 0;
  for (const [kind, token] of steps) {
    const last = pieces.at(-1);
    if (kind === "=") {
      if (last?.same !== undefined) last.same += token;
      else pieces.push({ same: token, at });
    } else {
      const change = last && last.same === undefined ? last : { at, del: "", ins: "" };
      if (change !== last) pieces.push(change);
      change[kind === "-" ? "del" : "ins"] += token;
    }
    if (kind !== "+") at += token.length;
  }
  return pieces;
}

/** The text with one change made. */
export const changed = (text, { at, del, ins }) => text.slice(0, at) + ins + text.slice(at + del.length);
