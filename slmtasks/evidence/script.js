"use strict";
// Every text of a document reaches the page as textContent: none is ever parsed as markup.

const byId = (id) => document.getElementById(id);
const index = JSON.parse(byId("index").textContent);
const list = byId("list");
const table = byId("table");
let filter = "all";
let shown = []; // the documents that the filter leaves, as numbers
let current = -1;
let place = -1; // the evidence that is marked, of the current document
let places = []; // [row, page, quote, its marks] each

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// A long path breaks where its parts end; the text stays what it is.
function named(id) {
  const element = make("bdi");
  for (const part of id.split(/(?<=[/\\_.-])/)) element.append(part, make("wbr"));
  return element;
}

const tests = {
  all: () => true,
  failed: (one) => one.status === "failed",
  partial: (one) => one.status === "partial",
  unsure: (one) => one.unsure > 0,
};

function wording(one) {
  const words = [make("span", one.status, { class: one.status })];
  if (one.status !== "failed") words.push(`, ${one.values} value${one.values === 1 ? "" : "s"}`);
  if (one.unsure) words.push(", ", make("span", `${one.unsure} unsure`, { class: "unsure" }));
  return words;
}

function link(number) {
  const one = index[number];
  const item = make("li");
  const anchor = make("a", undefined, { href: `#${number + 1}` });
  const state = make("small");
  state.append(...wording(one));
  anchor.append(named(one.id), state);
  item.append(anchor);
  return item;
}

const items = index.map((_, number) => link(number));
for (const button of document.querySelectorAll("[data-filter]")) {
  const count = index.filter(tests[button.dataset.filter]).length;
  button.querySelector("b").textContent = count.toLocaleString();
  button.addEventListener("click", () => choose(button.dataset.filter));
}

function choose(name) {
  filter = name;
  const wanted = byId("search").value.trim().toLowerCase();
  shown = [];
  index.forEach((one, number) => {
    const fits = tests[filter](one) && one.id.toLowerCase().includes(wanted);
    if (fits) shown.push(number);
  });
  list.replaceChildren(...shown.map((number) => items[number]));
  byId("none").hidden = shown.length > 0;
  for (const button of document.querySelectorAll("[data-filter]"))
    button.setAttribute("aria-pressed", String(button.dataset.filter === filter));
  say(`${shown.length} of ${index.length} documents`);
}

function say(text) {
  byId("said").textContent = text;
}

// A document is parsed when it is looked at, and only then.
function open(number) {
  items[current]?.firstChild.removeAttribute("aria-current");
  current = number;
  place = -1;
  places = [];
  const anchor = items[number].firstChild;
  anchor.setAttribute("aria-current", "true");
  anchor.scrollIntoView({ block: "nearest" });
  const one = index[number];
  const whole = JSON.parse(byId(`document-${number}`).textContent);
  byId("name").replaceChildren(named(one.id));
  byId("state").replaceChildren(...wording(one), whole.state ? `. ${whole.state}` : "");
  byId("notes").replaceChildren(...whole.notes.map(note));
  table.hidden = whole.rows.length === 0;
  table.tBodies[0].replaceChildren(...whole.rows.map(row));
  showText(whole);
  byId("text").scrollTop = byId("values").scrollTop = 0;
  say(`${one.id}, ${one.status}`);
}

function note([kind, text]) {
  const item = make("li", undefined, { class: kind });
  item.append(make("span", text));
  return item;
}

function row([path, value, remark, found]) {
  const line = make("tr");
  const where = make("td");
  for (const [page, quote] of found) {
    const number = places.length;
    const button = make("button", `page ${page}`, { type: "button", class: "place", title: quote });
    button.addEventListener("click", () => go(number));
    places.push({ line, page, path, quote, marks: [] });
    where.append(button);
  }
  if (!found.length && remark) where.append(make("em", remark));
  line.append(make("th", path, { scope: "row" }), make("td", value), where);
  return line;
}

function showText(whole) {
  const text = byId("text");
  if (whole.pages) {
    text.replaceChildren(...whole.pages.map(page));
    return;
  }
  const quotes = places.map((one, number) => {
    const quote = make("blockquote");
    const mark = make("mark", one.quote, { tabindex: "-1" });
    mark.addEventListener("click", () => go(number));
    one.marks.push(mark);
    quote.append(mark);
    return quote;
  });
  text.replaceChildren(make("p", whole.gone, { class: "gap" }), ...quotes);
}

// A piece is text, or text and the places that it belongs to.
function page([number, before, after, pieces]) {
  const block = make("div", undefined, { class: "page" });
  const body = make("p");
  for (const piece of pieces) {
    if (typeof piece === "string") {
      body.append(piece);
      continue;
    }
    const [text, ...of] = piece;
    const mark = make("mark", text, { tabindex: "-1" });
    mark.addEventListener("click", () => go(of[0]));
    for (const one of of) places[one].marks.push(mark);
    body.append(mark);
  }
  block.append(make("h3", `Page ${number}`));
  if (before) block.append(make("div", "earlier text is left out here", { class: "gap" }));
  block.append(body);
  if (after) block.append(make("div", "further text is left out here", { class: "gap" }));
  return block;
}

function go(number) {
  if (!places.length) return;
  for (const element of document.querySelectorAll(".here")) element.classList.remove("here");
  place = (number + places.length) % places.length;
  const one = places[place];
  one.line.classList.add("here");
  one.line.scrollIntoView({ block: "nearest" });
  for (const mark of one.marks) mark.classList.add("here");
  one.marks[0]?.focus({ preventScroll: true });
  one.marks[0]?.scrollIntoView({ block: "center" });
  say(`${one.path}, page ${one.page}: ${one.quote}`);
}

function step(by) {
  if (!shown.length) return;
  const at = shown.indexOf(current);
  const next = at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by));
  open(shown[next]); // at once: the hash is heard of later, and keys come fast
  location.hash = String(shown[next] + 1);
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  n: () => go(place + 1),
  p: () => go(place < 0 ? -1 : place - 1),
  ArrowRight: () => go(place + 1),
  ArrowLeft: () => go(place < 0 ? -1 : place - 1),
  "/": () => byId("search").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === byId("search")) {
    if (event.key === "Escape" || event.key === "Enter") event.target.blur();
    return;
  }
  // Up and down scroll the text where it has the focus.
  const scrolls = event.target === byId("text") && /^Arrow(Up|Down)$/.test(event.key);
  const act = scrolls ? undefined : keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function route() {
  const number = Number(location.hash.slice(1)) - 1;
  if (number !== current && index[number]) open(number);
}

byId("search").addEventListener("input", () => choose(filter));
window.addEventListener("hashchange", route);
choose("all");
if (index.length) {
  route();
  if (current < 0) open(0);
}
