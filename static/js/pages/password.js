// How strong a password is, told while it is typed. The rules are those of accounts.password_policy
// as far as a browser can know them; the server decides.

const kinds = [/[\p{Lu}\p{Lt}]/u, /[\p{Ll}\p{Lm}\p{Lo}]/u, /\p{Nd}/u, /[^\p{L}\p{M}\p{Nd}]/u];

function judge(typed) {
  const password = typed.normalize("NFKC").trim();
  const length = [...password].length;
  if (length < 8) return [length && 1, "short"];
  if (kinds.filter((kind) => kind.test(password)).length < 3) return [1, "classes"];
  if (length < 12) return [2, "fair"];
  return length < 16 ? [3, "good"] : [4, "strong"];
}

for (const box of document.querySelectorAll('[data-part="strength"]')) {
  const input = box.parentElement.querySelector("input");
  const said = box.querySelector("b");
  const tell = () => {
    const [value, word] = judge(input.value);
    box.hidden = input.value === "";
    box.querySelector("progress").value = value;
    // Written anew only when it changes, or it would be spoken with every key.
    if (said.textContent !== box.dataset[word]) said.textContent = box.dataset[word];
  };
  input.addEventListener("input", tell);
  tell();
}
