// Saves the order form as a draft two seconds after the last change. Without it, every button does.

const PAUSE = 2000;
const LONG_PAUSE = 10000;
const form = document.querySelector('[data-part="order-form"]');
const saved = form.querySelector('[data-part="saved"]');
let timer = 0;
let saving = null;
// Another tab has saved: the next button shows both.
let isOutdated = false;

function hidden(name, value) {
  let field = form.querySelector(`input[type="hidden"][name="${name}"]`);
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
}

async function send() {
  const data = new FormData(form);
  data.delete("files");
  data.set("do", "autosave");
  const answer = await fetch(form.action, { method: "POST", body: data, redirect: "error" });
  if (answer.ok) {
    const { draft, revision, address, words } = await answer.json();
    hidden("draft", draft);
    hidden("revision", revision);
    history.replaceState(null, "", address);
    form.setAttribute("action", address);
    for (const link of document.querySelectorAll("a[hreflang]")) {
      const there = new URL(link.href);
      there.searchParams.set("draft", draft);
      link.href = there;
    }
    saved.textContent = words;
  }
  isOutdated = answer.status === 409;
  if (!answer.ok && !isOutdated) throw new Error(answer.statusText);
}

function save() {
  clearTimeout(timer);
  if (saving || isOutdated) return;
  saving = send()
    .catch(() => { saved.textContent = saved.dataset.failed; timer = setTimeout(save, LONG_PAUSE); })
    .finally(() => { saving = null; });
}

form.addEventListener("input", ({ target }) => {
  if (target.type === "file" || target.name === "website") return;
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});

// A button pressed while a draft is on its way waits for the revision that comes back.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (!saving) return;
  event.preventDefault();
  const { submitter } = event;
  saving.then(() => form.requestSubmit(submitter));
});
