// Tells the worker whose pages these are, and how old a page is that was kept.
import { onceBack } from "./back.js";

const { whose } = document.documentElement.dataset;
const workers = navigator.serviceWorker;

async function tell() {
  if (whose) await workers.register("/service-worker.js");
  // Who has never signed in here has no worker, and needs none.
  else if (!workers.controller) return;
  (await workers.ready).active.postMessage({ whose });
}

const kept = document.getElementById("kept");

function showAge() {
  const at = new Date(Number(kept.dataset.at));
  const minutes = Math.max(0, Math.floor((Date.now() - at) / 60_000));
  const [count, unit] =
    minutes < 60 ? [minutes, "minute"] : minutes < 1440 ? [Math.floor(minutes / 60), "hour"] : [Math.floor(minutes / 1440), "day"];
  const { lang } = document.documentElement;
  const ago = new Intl.RelativeTimeFormat(lang, { numeric: count ? "always" : "auto" }).format(-count, unit);
  const day = minutes < 1440 ? {} : { month: "short", day: "numeric" };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: kept.dataset.zone };
  const time = new Intl.DateTimeFormat(lang, { ...day, ...clock }).format(at);
  kept.querySelector("[data-part=age]").textContent = kept.dataset.words.replace("{at}", time).replace("{ago}", ago);
}

if (kept?.dataset.at) {
  showAge();
  setInterval(showAge, 30_000);
}
// What was kept, and the page that stands for what was not, go as soon as there is something better.
if (kept?.dataset.at || document.querySelector("[data-offline]")) onceBack(() => location.reload());
if (workers) tell().catch(() => {}); // Without a worker the hall works as ever, with a network.
