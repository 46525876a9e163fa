// A till on the counter, a code held out to a scanner: the screen stays on where the browser allows it.
async function ask() {
  if (document.visibilityState !== "visible") return;
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Low battery or no permission: the page works all the same.
  }
}

export function stayAwake() {
  document.addEventListener("visibilitychange", ask);
  ask();
}
