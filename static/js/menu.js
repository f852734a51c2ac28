// The menu of a row: right click, the menu key, Shift+F10 and "." open the popover of its button.
// Shift+right click stays the browser's own menu.

const opener = (element) => element?.closest?.("tbody tr")?.querySelector("[popovertarget]");

document.addEventListener("contextmenu", (event) => {
  const button = opener(event.target);
  if (!button || event.shiftKey || event.target.closest("a, input, .menu")) return;
  event.preventDefault();
  button.click();
});

export function openRowMenu(element) {
  const button = opener(element);
  button?.click();
  return Boolean(button);
}

document.addEventListener("toggle", ({ target, newState }) => {
  if (newState === "open" && target.matches(".menu")) target.querySelector("li > a, li > button")?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = event.target.closest?.(".menu");
  if (!step || !menu) return;
  const items = [...menu.querySelectorAll("li:not([hidden]) > a, li:not([hidden]) > button")];
  event.preventDefault();
  items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
});
