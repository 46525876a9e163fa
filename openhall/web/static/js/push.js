// The button that lets this browser ring. It appears only where the browser can; all else on the page works without.
const place = document.querySelector("[data-push]");
const WORKER = "/service-worker.js";

function bytes(text) {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=");
  return Uint8Array.from(atob(padded), (character) => character.charCodeAt(0));
}

async function tell(path, fields) {
  const body = new URLSearchParams({ ...fields, _csrf_token: place.dataset.csrf });
  const answer = await fetch(path, { method: "POST", body });
  if (!answer.ok) throw new Error(`the hall answered ${answer.status}`);
}

function show(subscribed) {
  place.querySelector("[data-push-on]").hidden = subscribed;
  place.querySelector("[data-push-off]").hidden = !subscribed;
}

async function begin(worker) {
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytes(place.dataset.push),
  });
  const { endpoint, keys } = subscription.toJSON();
  try {
    await tell("/me/push", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  } catch (refused) {
    await subscription.unsubscribe();
    throw refused;
  }
}

async function end(worker) {
  const subscription = await worker.pushManager.getSubscription();
  if (!subscription) return;
  await tell("/me/push/end", { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
}

async function start() {
  const worker = await navigator.serviceWorker.register(WORKER);
  show(Boolean(await worker.pushManager.getSubscription()));
  place.hidden = false;
  const blocked = place.querySelector("[data-push-blocked]");
  for (const [selector, act] of [["[data-push-on]", begin], ["[data-push-off]", end]]) {
    place.querySelector(selector).addEventListener("click", async () => {
      blocked.hidden = true;
      try {
        await act(await navigator.serviceWorker.ready);
        location.reload();
      } catch {
        blocked.hidden = false;
      }
    });
  }
}

if (place && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) start();
