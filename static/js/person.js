// What a person sets or decides: appearance while choosing it, the sheet of keys, a timed move,
// whether a password is seen.

import { showKeys } from "./rows.js";

const root = document.documentElement;

document.addEventListener("change", ({ target }) => {
  if (!target.closest('[data-part="theme"]')) return;
  if (target.value === "system") delete root.dataset.theme;
  else root.dataset.theme = target.value;
});

const keysButton = document.querySelector('[data-part="keys-button"]');
if (keysButton && root.dataset.shortcuts !== "off") {
  keysButton.hidden = false;
  keysButton.addEventListener("click", () => {
    document.getElementById("me").hidePopover();
    showKeys();
  });
}

// <p data-part="countdown" data-seconds="5" data-href="/">…<b data-left></b>…<button hidden>…</p>
const countdown = document.querySelector('[data-part="countdown"]');
if (countdown) {
  const left = countdown.querySelector("[data-left]");
  const stay = countdown.querySelector("button");
  let seconds = Number(countdown.dataset.seconds);
  const tick = () => {
    left.textContent = seconds;
    if (seconds === 0) location.assign(countdown.dataset.href);
    seconds -= 1;
  };
  const timer = setInterval(tick, 1000);
  countdown.hidden = false;
  stay.addEventListener("click", () => { clearInterval(timer); countdown.hidden = true; });
  tick();
}

// The eye beside a password: shows what was typed. Without script there is no button.

for (const button of document.querySelectorAll('[data-part="show-password"]')) {
  const input = button.parentElement.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
  });
  // What is sent is a password again, so that browsers offer to keep it and never to complete it.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}
