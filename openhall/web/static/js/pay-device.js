// Lets this browser pay without a connection, and forgets the key when the hall says that it may no longer.
import { able, forget, keep, load, save } from "./pay-key.js";

const place = document.querySelector("[data-pay-device]");
const part = (name) => place.querySelector(`[data-part="${name}"]`);
const ahead = Number(place.dataset.now) - Date.now();

async function enrol() {
  const body = new URLSearchParams({ _csrf_token: place.dataset.csrf });
  const answer = await fetch("/pay-code/devices", { method: "POST", body, headers: { Accept: "application/json" } });
  const told = await answer.json();
  if (!answer.ok) throw new Error([told.title, told.remedy].filter(Boolean).join(" "));
  await keep(told, ahead);
}

function show(enrolled) {
  part("offer").hidden = enrolled;
  part("enrolled").hidden = !enrolled;
}

async function pressed(event) {
  const button = event.currentTarget;
  if (button.hasAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  try {
    await enrol();
    show(true);
  } catch (problem) {
    part("problem").textContent = problem.message;
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

async function start() {
  const kept = await load();
  const mine = Boolean(kept) && kept.id === place.dataset.payDevice;
  if (mine) await save({ ...kept, ahead });
  else if (kept) await forget();
  if (!part("offer")) return;
  part("enrol").addEventListener("click", pressed);
  show(mine);
  place.hidden = false;
}

if (able) start();
