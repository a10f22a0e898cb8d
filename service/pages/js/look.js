// What only a fresh look tells of the comment being read: who else works on it, and how many say nearly the same.

import * as api from "./api.js";

const REST_MS = 250; // nobody asks about comments that are merely passed by
const AGAIN_MS = 15_000;

/** Look at whatever comment of a list is read for a moment, and again while it is; returns what ends it. */
export function keepLooking(desk) {
  let resting = 0;
  desk.onread = () => {
    clearTimeout(resting);
    resting = setTimeout(() => look(desk), REST_MS);
  };
  const again = setInterval(() => document.hidden || look(desk), AGAIN_MS);
  return () => {
    clearTimeout(resting);
    clearInterval(again);
  };
}

async function look(desk) {
  const { item } = desk;
  if (item?.state !== "pending" || !item.cluster) return;
  const alike = await api.queue({ state: "pending", cluster: item.cluster, limit: 20 }).catch(() => null);
  const fresh = alike?.items.find(({ id }) => id === item.id);
  if (!fresh || fresh.version !== item.version) return; // the live stream tells of what was decided
  const seen = { claim: fresh.claim, cluster_size: alike.total, author: fresh.author };
  const { claim, cluster_size = 1, author } = item;
  const isNews = JSON.stringify(seen) !== JSON.stringify({ claim, cluster_size, author });
  Object.assign(item, seen);
  const { isEditing, isRejecting, extra } = desk.view(item.id);
  if (isNews && !isEditing && !isRejecting && !extra) desk.refresh(item.id);
}
