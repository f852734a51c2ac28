// What a person sets or decides: appearance while choosing it, the sheet of keys, a timed move.

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
    document.querySelector('[data-part="keys"]').showModal();
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
