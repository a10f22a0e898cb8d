// Which page of the page: `#pending?order=risk`, `#author/u-1`, `#stats`. Lists have their filters in it.

export const LISTS = ["pending", "published", "rejected"];

/** The address of a page; `more` is an author's key, or a list's filters. */
export function to(page, more = "") {
  if (typeof more === "string") return `#${page}${more && `/${encodeURIComponent(more)}`}`;
  const given = Object.entries(more).filter(([, value]) => value);
  return given.length ? `#${page}?${new URLSearchParams(given)}` : `#${page}`;
}

/** Where we are: `{page, name, filters}`. */
export function here() {
  const [path, query = ""] = location.hash.slice(1).split("?");
  const [page, name = ""] = path.split("/");
  return { page: page || "pending", name: decoded(name), filters: Object.fromEntries(new URLSearchParams(query)) };
}

function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export const go = (address) => (location.hash = address);
