// Shows pay codes that this browser makes by itself, each for its half minute.
import { stayAwake } from "./awake.js";
import { onceBack } from "./back.js";
import { bars, qr } from "./drawn-codes.js";
import { able, codeOf, load } from "./pay-key.js";

const place = document.getElementById("pay-offline");
const part = (name) => place.querySelector(`[data-part="${name}"]`);

async function draw(kept) {
  const { digits, lives } = await codeOf(kept);
  part("bars").replaceChildren(bars(digits));
  part("qr").replaceChildren(qr(digits));
  part("digits").replaceChildren(
    ...digits.match(/.{3}/g).flatMap((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return [span, " "];
    }),
  );
  setTimeout(draw, lives, kept);
}

async function start() {
  const kept = able && (await load());
  if (!kept) return;
  await draw(kept);
  part("code").hidden = false;
  part("none").hidden = true;
  stayAwake();
}

// With a connection the usual code pays more.
onceBack(() => location.replace("/pay-code"));
// While this page was hidden, timers may have slept.
document.addEventListener("visibilitychange", () => !document.hidden && location.reload());
start();
