/** Do this once the hall answers again. A phone is often told too early that it is connected, so it is asked first. */
export function onceBack(act) {
  window.addEventListener("online", async () => {
    try {
      await fetch("/health/live", { cache: "no-store" });
    } catch {
      return; // Not yet: the next change of the network asks again.
    }
    act();
  });
}
