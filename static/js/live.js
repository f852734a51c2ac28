// What htmx changes on the page, told to people who cannot see it, and failures told to everybody.

const live = document.getElementById("live");

export function announce(text) {
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const news = detail.elt.querySelector("[data-announce]");
  if (news) announce(news.textContent.trim());
  detail.elt.querySelector('[data-part="error-summary"]')?.focus();
});

// An address holds what was asked for, not the fields that were left empty.
document.addEventListener("htmx:configRequest", ({ detail: { verb, formData } }) => {
  if (verb !== "get") return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    live.classList.remove("vh");
    live.classList.add("flash", "warn", "floating");
    announce(live.dataset.failed);
  });
}

document.addEventListener("htmx:beforeSwap", () => {
  live.classList.remove("flash", "warn", "floating");
  live.classList.add("vh");
});
