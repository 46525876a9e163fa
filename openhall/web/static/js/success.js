// A fresh payment is felt, heard and spoken once; going back to the page stays quiet.
import { chime, rate, speak, unlock } from "./sound.js";

const result = document.getElementById("paid");
const mark = result && `openhall.said.${result.dataset.id}`;

if (result && !sessionStorage.getItem(mark)) {
  sessionStorage.setItem(mark, "yes");
  // Without an earlier tap the browser would only complain.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([60, 40, 120]);
  announce();
}

async function announce() {
  if (await unlock()) chime();
  if (result.dataset.say) await speak(result.dataset.say, result.dataset.lang, rate());
}

const again = document.getElementById("say-again");
if (again) {
  again.hidden = false;
  again.addEventListener("click", announce);
}

// A reload of the page is not a new payment.
if (result) history.replaceState(null, "", location.pathname);
