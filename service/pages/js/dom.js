// Elements without HTML text: everything that anybody wrote goes in as text, so that it can never become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Properties: `class`, `onclick` and its kind as listeners, true/false as attributes, the rest as text. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** An element of a drawing. */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter(isShown));
  return element;
}

const isShown = (child) => child !== null && child !== undefined && child !== false && child !== "";

/** A link to a page of somebody else's: only http and https, and the other page learns nothing of ours. */
export function outside(address, text) {
  if (!isWebAddress(address)) return document.createTextNode(text);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, text);
}

function isWebAddress(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** Run a change of the page so that what is being read stays where it is on the screen. */
export function steadily(read, change) {
  const before = read?.isConnected ? read.getBoundingClientRect().top : null;
  change();
  if (before === null || !read.isConnected) return;
  const moved = read.getBoundingClientRect().top - before;
  if (moved) window.scrollBy({ top: moved, behavior: "instant" });
}
