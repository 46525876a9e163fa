// The pay code renews itself before it ends, and the page goes where a charge leads. Without this, reloading does both.
import { stayAwake } from "./awake.js";
import { able, load } from "./pay-key.js";

// A new code is asked for so long before the old one ends: a scanner that just reads it must still be in time.
const EARLY_MS = 8_000;
const RETRY_MS = 5_000;
// The hall says "alive" every 15 seconds. A phone that changes networks loses its connection without a word.
const SILENCE_MS = 40_000;

const box = document.getElementById("pay-code");
const address = () => `/pay-code?after=${box.dataset.lastEvent}`;

let renewal = 0;
let ends = 0;

function plan() {
  const lives = Number(box.dataset.lives) * 1000;
  ends = Date.now() + lives;
  renewIn(Math.max(RETRY_MS, lives - EARLY_MS));
}

function renewIn(milliseconds) {
  clearTimeout(renewal);
  renewal = setTimeout(renew, milliseconds);
}

async function renew() {
  // Nobody looks: the next look brings a fresh code.
  if (document.hidden) return;
  try {
    const answer = await fetch(address(), { headers: { Accept: "text/html" } });
    // A charge waits, or was paid: the server says where.
    if (answer.redirected) return location.replace(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("pay-code");
    if (!answer.ok || !next) throw new Error(answer.status);
    box.replaceChildren(...next.childNodes);
    Object.assign(box.dataset, next.dataset);
    plan();
    if (source.readyState === EventSource.CLOSED) connect();
  } catch {
    lost();
    renewIn(RETRY_MS);
  }
}

// A code that has ended must not be shown: the cashier would only try in vain.
function lost() {
  if (Date.now() < ends) return;
  // The worker opens what makes codes without the hall.
  if (able && navigator.serviceWorker.controller) load().then((kept) => kept && location.replace("/pay-code"));
  for (const part of box.querySelectorAll("[data-part='code']")) part.hidden = true;
  box.querySelector("[data-part='lost']").hidden = false;
}

let source = null;
let silence = 0;

function listen() {
  clearTimeout(silence);
  silence = setTimeout(connect, SILENCE_MS);
}

function connect() {
  source?.close();
  listen();
  source = new EventSource(`/pay-code/stream?after=${box.dataset.lastEvent}`);
  source.onopen = listen;
  source.addEventListener("alive", listen);
  // The page that comes says where the stream goes on.
  source.addEventListener("told", () => {
    source.close();
    renew();
  });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) renew();
});
window.addEventListener("online", renew);

stayAwake();
plan();
connect();
