// The live till: each payment is shown once and spoken once, in order. After a lost connection it catches up;
// what is older than a minute is shown but no longer spoken.
import { stayAwake } from "./awake.js";
import { chime, hasVoice, rate, speak, unlock } from "./sound.js";

const STALE_MS = 60_000;
const REMEMBERED = 500;
const LISTED = 200;
// The hall says "alive" every 15 seconds. A phone that changes networks loses its connection without a word.
const SILENCE_MS = 40_000;

const till = document.getElementById("till");
const say = till.dataset;
const part = (name) => till.querySelector(`[data-part="${name}"]`);
const serverAhead = say.now ? Date.parse(say.now) - Date.now() : 0;
const memory = `openhall.till.${say.shop}`;

let lastEvent = Number(say.lastEvent) || 0;
let muted = localStorage.getItem("openhall.till.muted") === "yes";
const seen = new Set(JSON.parse(sessionStorage.getItem(memory) || "[]"));

// ---- what the page shows ----

function setState(state, text) {
  const line = document.getElementById("link-state");
  line.dataset.state = state;
  if (line.textContent !== text) line.textContent = text;
}

// The currency sign is set smaller than the digits, as the server does it.
function setFigure(element, text) {
  element.replaceChildren();
  if (text.startsWith("¥")) {
    const sign = document.createElement("span");
    sign.className = "sign";
    sign.textContent = "¥";
    element.append(sign, text.slice(1));
  } else {
    element.append(text);
  }
  element.classList.toggle("board-long", text.length > 8);
}

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: say.zone });
const timeOf = (at) => clock.format(new Date(at));

function addRow(moved, template) {
  const list = part("list");
  if (list.querySelector(`[data-payment="${CSS.escape(moved.id)}"]`)) return false;
  const row = part(template).content.firstElementChild.cloneNode(true);
  const fill = (name, text) => (row.querySelector(`[data-part="${name}"]`).textContent = text);
  row.dataset.payment = moved.id;
  const [, back] = row.firstElementChild.getAttribute("href").split("?");
  row.firstElementChild.href = `/payments/${moved.payment_id ?? moved.id}?${back}`;
  row.classList.add("row-new");
  fill("at", timeOf(moved.at));
  fill("payer", moved.payer_masked);
  fill("receipt", moved.receipt_no);
  fill("amount", moved.amount_text[say.lang]);
  showSplit(row, moved);
  list.prepend(row);
  while (list.children.length > LISTED) list.lastElementChild.remove();
  part("none").hidden = true;
  return true;
}

// Which part an offer paid; the whole amount stays what is shown in large and spoken.
function showSplit(within, payment) {
  const split = within.querySelector('[data-part="split"]');
  if (!split) return;
  split.hidden = !payment.discount;
  if (split.hidden) return;
  split.querySelector('[data-part="paid"]').textContent = payment.paid_text[say.lang];
  split.querySelector('[data-part="discount"]').textContent = payment.discount_text[say.lang];
}

function showDay(today) {
  part("total").textContent = today.total_text[say.lang];
  part("count").textContent = today.count.toLocaleString("en");
  part("refunded").textContent = today.refunded_text[say.lang];
  part("back").hidden = !today.refunded;
}

function show(payment, newest) {
  if (!addRow(payment, "row") || !newest) return;
  setFigure(part("last"), payment.amount_text[say.lang]);
  part("last-at").textContent = `${timeOf(payment.at)} · ${payment.payer_masked}`;
  showSplit(part("last-split"), payment);
  showDay(payment.today);
  const board = part("last").closest(".board");
  board.classList.remove("board-new");
  void board.offsetWidth; // Lets the same animation start again for the next payment.
  board.classList.add("board-new");
}

// ---- what the page says ----

const waiting = [];
let speaking = false;
let blocked = false;

async function speakNext() {
  if (speaking || blocked) return;
  speaking = true;
  while (waiting.length && !blocked) {
    const payment = waiting[0];
    if (muted || Date.now() + serverAhead - Date.parse(payment.at) > STALE_MS) {
      waiting.shift();
      continue;
    }
    chime();
    const outcome = await speak(payment.say[say.lang], say.voice, rate());
    if (outcome === "blocked") {
      needTap();
      break;
    }
    if (outcome === "voiceless") part("sound-note").textContent = say.voiceless;
    waiting.shift();
  }
  speaking = false;
}

function needTap() {
  blocked = true;
  part("start").hidden = false;
}

async function startSound() {
  await unlock();
  blocked = false;
  part("start").hidden = true;
  // Whoever keeps the stall should know now, and not at the first payment.
  if (!hasVoice(say.voice)) part("sound-note").textContent = say.voiceless;
  speakNext();
}

function showMuted() {
  part("mute").setAttribute("aria-pressed", String(muted));
  part("mute").querySelector("span:last-child").textContent = muted ? say.muted : say.mute;
}

// ---- the stream ----

function remember(id) {
  seen.add(id);
  sessionStorage.setItem(memory, JSON.stringify([...seen].slice(-REMEMBERED)));
}

// What an event brings, with whether it is the newest; null when it was here before.
function unpack(event) {
  const id = Number(event.lastEventId);
  if (seen.has(id)) return null;
  remember(id);
  // An event may arrive after one with a higher number; only the highest speaks for the day's total.
  const newest = id > lastEvent;
  lastEvent = Math.max(lastEvent, id);
  return [JSON.parse(event.data), newest];
}

// Money that was given back is shown and not spoken: who did it stands at the till.
function giveBack(event) {
  const opened = unpack(event);
  if (!opened) return;
  const [refund, newest] = opened;
  if (addRow(refund, "back-row") && newest) showDay(refund.today);
}

function receive(event) {
  const opened = unpack(event);
  if (!opened) return;
  const [payment, newest] = opened;
  show(payment, newest);
  part("announce").textContent = payment.say[say.lang];
  waiting.push(payment);
  speakNext();
}

let pause = 1000;
let source = null;
let next = 0;

function connectIn(milliseconds) {
  clearTimeout(next);
  next = setTimeout(connect, milliseconds);
}

function connect() {
  source?.close();
  setState("waiting", say.connecting);
  connectIn(SILENCE_MS);
  source = new EventSource(`${say.stream}?after=${lastEvent}`);
  source.onopen = () => {
    pause = 1000;
    setState("live", say.live);
    connectIn(SILENCE_MS);
  };
  source.addEventListener("alive", () => connectIn(SILENCE_MS));
  source.addEventListener("payment.succeeded", (event) => {
    connectIn(SILENCE_MS);
    receive(event);
  });
  source.addEventListener("payment.refunded", (event) => {
    connectIn(SILENCE_MS);
    giveBack(event);
  });
  source.onerror = () => {
    setState("lost", say.lost);
    // While it is not closed the browser tries again by itself.
    if (source.readyState !== EventSource.CLOSED) return connectIn(SILENCE_MS);
    connectIn(pause);
    pause = Math.min(pause * 2, 15_000);
  };
}

// ---- the keys ----

part("keys").hidden = false;
part("start").addEventListener("click", startSound);
part("mute").addEventListener("click", () => {
  muted = !muted;
  localStorage.setItem("openhall.till.muted", muted ? "yes" : "no");
  if (muted) window.speechSynthesis?.cancel();
  showMuted();
  if (!muted) startSound();
});
part("test").addEventListener("click", async () => {
  await startSound();
  chime();
  const outcome = await speak(say.test, say.voice, rate());
  part("sound-note").textContent = outcome === "voiceless" ? say.voiceless : "";
});
// Any tap on the page counts as the permission browsers want.
document.addEventListener("pointerdown", () => blocked && startSound(), { once: false });
window.addEventListener("online", connect);
window.addEventListener("offline", () => setState("lost", say.lost));

showMuted();
stayAwake();
connect();
unlock().then((allowed) => {
  if (!allowed && !muted) part("start").hidden = false;
});
