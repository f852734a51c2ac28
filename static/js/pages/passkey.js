// Passkeys: the browser makes one, or signs with one, and the form carries the answer to the server.
// <form data-part="passkey" data-question="id of the JSON" | data-ask><input name="credential">…</form>

const decode = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const encode = (bytes) => bytes && btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list = []) => list.map((one) => ({ ...one, id: decode(one.id) }));

function make(question, alone) {
  const choice = question.authenticatorSelection ?? {};
  return navigator.credentials.create({ publicKey: {
    ...question,
    challenge: decode(question.challenge),
    user: { ...question.user, id: decode(question.user.id) },
    excludeCredentials: named(question.excludeCredentials),
    authenticatorSelection: alone
      ? { ...choice, residentKey: "required", requireResidentKey: true, userVerification: "required" }
      : choice,
  } });
}

function sign(question) {
  return navigator.credentials.get({ publicKey: {
    ...question, challenge: decode(question.challenge), allowCredentials: named(question.allowCredentials),
  } });
}

function written({ id, rawId, type, response, authenticatorAttachment }, extensions) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const answer = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, encode(response[part])]));
  return JSON.stringify({
    id, rawId: encode(rawId), type, authenticatorAttachment, response: answer, clientExtensionResults: extensions,
  });
}

async function questionOf(form) {
  const asked = form.dataset.question
    ? JSON.parse(document.getElementById(form.dataset.question).textContent)
    : await (await fetch(form.action, { headers: { Accept: "application/json" } })).json();
  return asked.options.publicKey;
}

async function answer(form) {
  const question = await questionOf(form);
  const credential = question.user
    ? await make(question, form.elements.signs_in_alone.checked)
    : await sign(question);
  form.elements.credential.value = written(credential, credential.getClientExtensionResults());
  form.submit();
}

for (const form of document.querySelectorAll('[data-part="passkey"]')) {
  if (!window.PublicKeyCredential) continue;
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = true;
    answer(form).catch(({ name }) => {
      failed.textContent = name === "InvalidStateError" ? failed.dataset.known : failed.dataset.failed;
      failed.hidden = false;
    });
  });
}
