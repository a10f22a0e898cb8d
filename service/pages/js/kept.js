// What this browser keeps: choices for good, unfinished texts while the tab lives. Works with neither, too.

const PREFIX = "codau.";

function quietly(act) {
  try {
    return act();
  } catch {
    return null; // storage may be switched off or full; then nothing is remembered
  }
}

/** A choice made earlier, or null. */
export const kept = (name) => quietly(() => JSON.parse(localStorage.getItem(PREFIX + name)));

export const keep = (name, value) => quietly(() => localStorage.setItem(PREFIX + name, JSON.stringify(value)));

const draftName = (id) => `${PREFIX}draft.${id}`;

/** The text of a comment that a moderator has begun to edit, or null. */
export const draftOf = (id) => quietly(() => sessionStorage.getItem(draftName(id)));

/** Keep an unfinished text; null forgets it. */
export function keepDraft(id, text) {
  quietly(() =>
    text === null ? sessionStorage.removeItem(draftName(id)) : sessionStorage.setItem(draftName(id), text),
  );
}
