// The comment form without leaving the page. Everything here also works without this script: it sends the same
// forms, follows the same links, and puts parts of the answered pages in place of those shown.
"use strict";

const OUT_OF_REACH = "Không kết nối được với tòa soạn. Nội dung của bạn vẫn còn đây, vui lòng gửi lại sau ít phút.";
const QUEUED_AGAIN_MS = 2_500;
const PENDING_AGAIN_MS = 20_000;
const COUNT_AGAIN_MS = 15_000;

let nextLook = 0;

const part = (id, page = document) => page.getElementById(id);
const form = () => part("viet");

async function load(address, options) {
  const answer = await fetch(address, options);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!part("y-kien", page)) throw new Error(`no article in the answer: ${answer.status}`);
  return { page, ok: answer.ok };
}

function swap(page, ...ids) {
  for (const id of ids) part(id).replaceChildren(...part(id, page).childNodes);
}

// A queued comment is judged within moments, a waiting one by a person; what the reader is typing is left alone.
function lookAgain() {
  clearTimeout(nextLook);
  const isThere = (state) => document.querySelector(`#cua-ban [data-state=${state}]`) !== null;
  if (isThere("queued")) nextLook = setTimeout(look, QUEUED_AGAIN_MS);
  else if (isThere("pending")) nextLook = setTimeout(look, PENDING_AGAIN_MS);
}

async function look() {
  const own = part("cua-ban");
  const typed = () => [...own.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
  const isInside = (element) => element !== own && own.contains(element); // it has the focus itself after a sending
  const isBusy = () => document.hidden || isInside(document.activeElement) || typed();
  try {
    const { page } = isBusy() ? {} : await load(location.pathname);
    if (page && !isBusy()) swap(page, "cua-ban");
  } catch {
    // The next look, or the reader's own reload, will tell.
  }
  lookAgain();
}

// This website keeps the counts; a webhook tells it when they change.
async function count() {
  try {
    const counts = document.hidden ? {} : await (await fetch("/so-binh-luan")).json();
    for (const shown of document.querySelectorAll("[data-count]")) {
      const number = counts[shown.dataset.count];
      if (number !== undefined) shown.textContent = `${number} bình luận`;
    }
  } catch {
    // The next count will tell.
  }
  setTimeout(count, COUNT_AGAIN_MS);
}

function tell(sent, text) {
  sent.querySelector(".notice")?.remove();
  const notice = Object.assign(document.createElement("p"), { className: "notice", textContent: text, tabIndex: -1 });
  notice.setAttribute("role", "alert");
  sent.prepend(notice);
  notice.focus();
}

function showAnswer(sent, { page, ok }) {
  const isNew = sent === form();
  if (isNew) sent.remove(); // in reply mode it stands elsewhere
  if (ok) swap(page, "so-binh-luan", "cua-ban", ...(isNew ? ["cho-viet"] : []));
  else swap(page, isNew ? "cho-viet" : "cua-ban");
  const focused = ok ? part("cua-ban") : document.querySelector(".notice[role=alert]");
  focused.focus({ preventScroll: true });
  focused.scrollIntoView({ block: "nearest" });
  lookAgain();
}

document.addEventListener("submit", async (event) => {
  const sent = event.target;
  event.preventDefault();
  if (sent.ariaBusy === "true") return; // the second click of two
  sent.ariaBusy = "true";
  const button = sent.querySelector("button");
  button.setAttribute("aria-disabled", "true"); // disabled would lose the focus
  try {
    showAnswer(sent, await load(sent.action, { method: "POST", body: new URLSearchParams(new FormData(sent)) }));
  } catch {
    tell(sent, OUT_OF_REACH);
  } finally {
    sent.ariaBusy = null;
    button.removeAttribute("aria-disabled");
  }
});

function answer(link) {
  form().elements.parent.value = link.dataset.id;
  const line = form().querySelector(".answering");
  line.querySelector("b").textContent = link.dataset.name;
  line.hidden = false;
  link.closest(".actions").after(form());
  form().elements[form().elements.name.value ? "body" : "name"].focus();
}

function stopAnswering() {
  const link = form().parentElement.querySelector(":scope > .actions .answer");
  form().elements.parent.value = "";
  form().querySelector(".answering").hidden = true;
  part("cho-viet").append(form());
  (link ?? form().elements.body).focus();
}

async function sortAnew(link) {
  if (form() && !part("cho-viet").contains(form())) part("cho-viet").append(form());
  const { page } = await load(link.href);
  swap(page, "danh-sach");
  document.querySelector(".sorts [aria-current]").focus();
}

async function loadMore(link) {
  const { page } = await load(link.href);
  const list = document.querySelector(".thread");
  const first = list.children.length;
  list.append(...page.querySelectorAll(".thread > .comment"));
  const more = page.querySelector(".more");
  if (more) link.closest(".more").replaceWith(more);
  else link.closest(".more").remove();
  list.children[first]?.querySelector("a")?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a");
  const act = link?.matches(".answer") ? answer
    : link?.matches(".cancel") ? stopAnswering
    : link?.matches("[data-swap]") ? sortAnew
    : link?.matches("[data-more]") ? loadMore
    : null;
  if (!act || !form()) return;
  event.preventDefault();
  Promise.resolve(act(link)).catch(() => location.assign(link.href));
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && form()?.contains(event.target) && form().elements.parent.value) stopAnswering();
});

lookAgain();
setTimeout(count, COUNT_AGAIN_MS);
