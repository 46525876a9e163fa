// Passkeys: asks the hall for its question, lets the device answer it, and posts the answer like any other form.
// Everything here has another way: where this cannot run, people sign in by a code to their phone.

const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential.prototype.toJSON;
const forms = [...document.querySelectorAll("[data-passkey]")].filter(
  (form) => able && location.origin === form.dataset.origin,
);
// The question that waits in the keyboard; pressing a button takes its place.
let waiting = null;

async function question(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": form.elements._csrf_token.value },
  });
  const told = await answer.json();
  if (answer.ok) return told;
  // Proved too long ago: once more, and back to this page.
  if (told.code === "people.proof_too_old") {
    location.assign(`/step-up?next=${encodeURIComponent(location.pathname)}`);
    return null;
  }
  throw new Error(told.title);
}

function show(form, name, on) {
  const element = form.querySelector(`[data-passkey-${name}]`);
  if (element) element.hidden = !on;
  return element;
}

async function answer(form, more) {
  const asked = await question(form);
  if (!asked) return;
  const making = form.dataset.passkey === "create";
  const credential = making
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked), ...more });
  form.elements.credential.value = JSON.stringify(credential);
  form.requestSubmit();
}

async function pressed(form) {
  waiting?.abort();
  for (const name of ["failed", "known"]) show(form, name, false);
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  try {
    await answer(form);
  } catch (problem) {
    show(form, problem.name === "InvalidStateError" && show(form, "known", false) ? "known" : "failed", true);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

// In the keyboard's suggestions, where the browser can. The question is renewed before it grows old.
async function offer(form) {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  for (;;) {
    waiting = new AbortController();
    const { signal } = waiting;
    const old = setTimeout(() => waiting.abort("old"), 240_000);
    try {
      await answer(form, { mediation: "conditional", signal });
      return;
    } catch {
      if (signal.reason !== "old") return;
    } finally {
      clearTimeout(old);
    }
  }
}

for (const form of forms) {
  form.hidden = false;
  form.addEventListener(
    "submit",
    (event) => {
      if (form.elements.credential.value) return;
      // Before anybody marks the form as sent: the device has not answered yet.
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!form.querySelector("button[aria-disabled]")) pressed(form);
    },
    { capture: true },
  );
  if ("quietly" in form.dataset) offer(form);
}
if (forms.length) for (const note of document.querySelectorAll("[data-passkey-cannot]")) note.hidden = true;
