// A comment's text with what the checks saw. Findings count Unicode code points, strings here UTF-16 units.

const HIDING =
  "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e" +
  "\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";
// Emoji are matched first: their joiners and selectors hide nothing.
const SEEN = new RegExp(`\\p{RGI_Emoji}|[${HIDING}]`, "gv");
const HIDES = new RegExp(`^[${HIDING}]$`, "v");

/** For every code point, and for the end, where it begins in the string. */
export function offsets(text) {
  const found = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at) > 0xffff ? 2 : 1) found.push(at);
  found.push(text.length);
  return found;
}

/**
 * The text cut where a finding begins or ends.
 * @returns {{text: string, findings: number[]}[]} with the places, in `findings`, of those that cover a piece
 */
export function segments(text, findings) {
  const at = offsets(text);
  const within = (point) => at[Math.max(0, Math.min(point, at.length - 1))];
  const spans = findings.flatMap((finding, index) =>
    finding.spans.map(([from, to]) => [within(from), within(to), index]),
  );
  const cuts = [...new Set([0, text.length, ...spans.flatMap(([from, to]) => [from, to])])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => ({
    text: text.slice(cuts[i], to),
    findings: [...new Set(spans.filter(([a, b]) => a <= cuts[i] && to <= b).map(([, , index]) => index))],
  }));
}

/** The share of a text that a finding covers, 0 to 1. */
export function coverage(text, finding) {
  const length = offsets(text).length - 1;
  return length ? finding.spans.reduce((sum, [from, to]) => sum + to - from, 0) / length : 0;
}

/**
 * A text in pieces: what is plain, and each character that hides by its number.
 * @returns {{text?: string, hidden?: string}[]}
 */
export function revealed(text) {
  const pieces = [];
  let from = 0;
  for (const seen of text.matchAll(SEEN)) {
    if (!HIDES.test(seen[0])) continue;
    if (seen.index > from) pieces.push({ text: text.slice(from, seen.index) });
    pieces.push({ hidden: `U+${seen[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` });
    from = seen.index + seen[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}
