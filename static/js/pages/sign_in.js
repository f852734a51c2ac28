// An address of the office's own needs no password here: while it is typed, the field goes off and
// the button says where it leads. The server decides by the same list.

const form = document.querySelector('[data-part="sign-in"]');
const domains = new Set(form.dataset.domains.split(" "));
const email = form.elements.login;
const password = form.querySelector("[data-password]");
const note = form.querySelector("[data-provider]");
const button = form.querySelector("[data-elsewhere]");
const words = button.textContent;

function domainOf(typed) {
  const [, domain] = typed.trim().toLowerCase().match(/@([^@\s/:?#[\]]+)$/u) ?? [];
  try {
    // As letters of other scripts travel on the network.
    return domain ? new URL(`http://${domain}`).hostname : "";
  } catch {
    return "";
  }
}

function tell() {
  const elsewhere = domains.has(domainOf(email.value));
  if (password.hidden === elsewhere) return;
  password.hidden = elsewhere;
  for (const input of password.querySelectorAll("input")) input.disabled = elsewhere;
  note.textContent = elsewhere ? note.dataset.provider : "";
  button.textContent = elsewhere ? button.dataset.elsewhere : words;
}

email.addEventListener("input", tell);
email.addEventListener("change", tell);
tell();
