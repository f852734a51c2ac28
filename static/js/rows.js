// Rows by keyboard, and choosing them. Single keys are off in fields and for people who say so.

import { openRowMenu } from "./menu.js";

const all = (selector) => [...document.querySelectorAll(selector)];
const rows = () => all("tbody tr").filter((row) => row.querySelector(".key a"));
const boxes = () => all("tbody .sel input");
let last = null;

function move(step) {
  const list = rows();
  const here = list.indexOf(document.activeElement.closest("tbody tr"));
  const next = here < 0 ? (step > 0 ? 0 : -1) : Math.min(Math.max(here + step, 0), list.length - 1);
  list.at(next)?.querySelector(".key a").focus();
}

const keys = {
  "/": () => (document.querySelector("main [type=search]") ?? document.querySelector("[type=search]"))?.focus(),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.activeElement.closest("tbody tr")?.querySelector(".sel input")?.click(),
  ".": () => openRowMenu(document.activeElement),
  "?": showKeys,
};

// The sheet names the keys that do something on the page as it stands.
export function showKeys() {
  const sheet = document.querySelector('[data-part="keys"]');
  sheet?.querySelectorAll("[data-needs]").forEach((line) => {
    line.hidden = !document.querySelector(line.dataset.needs);
  });
  sheet?.showModal();
}

const isMenuKey = ({ key, shiftKey }) => key === "ContextMenu" || (shiftKey && key === "F10");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
  if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
  if (isMenuKey(event) ? openRowMenu(event.target) : runs(event.key)) event.preventDefault();
});

// Windows shows the browser's own menu when the key is let go.
document.addEventListener("keyup", (event) => {
  if (isMenuKey(event) && document.querySelector(".menu:popover-open")) event.preventDefault();
});

function runs(key) {
  if (document.documentElement.dataset.shortcuts === "off") return false;
  // A letter that the menu of the row names does the same on the row.
  const letter = /^[a-z]$/.test(key) && `[data-key="${key.toUpperCase()}"]`;
  const entry = letter && document.activeElement.closest("tbody tr")?.querySelector(letter);
  if (!entry && !Object.hasOwn(keys, key)) return false;
  if (entry) entry.click();
  else keys[key]();
  return true;
}

function count() {
  const list = boxes();
  const chosen = list.filter((box) => box.checked).length;
  all("[data-chosen]").forEach((node) => { node.textContent = chosen; });
  const head = document.querySelector("thead .sel input");
  if (!head) return;
  head.checked = chosen > 0 && chosen === list.length;
  head.indeterminate = chosen > 0 && !head.checked;
}

// A click with Shift gives every row since the last click the same answer.
document.addEventListener("click", ({ target, shiftKey }) => {
  if (!target.matches?.("tbody .sel input")) return;
  const list = boxes();
  if (shiftKey && list.includes(last)) {
    const [from, to] = [list.indexOf(last), list.indexOf(target)].sort((a, b) => a - b);
    list.slice(from, to + 1).forEach((box) => { box.checked = target.checked; });
  }
  last = target;
  count();
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("thead .sel input")) boxes().forEach((box) => { box.checked = target.checked; });
  count();
});
document.addEventListener("reset", () => setTimeout(count));
document.addEventListener("htmx:afterSettle", count);
count();
