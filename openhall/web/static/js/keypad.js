// Big number keys for an amount field. The field is an ordinary input: typing, pasting and screen readers work as ever.

const AMOUNT = /^\d{0,7}(\.\d{0,2})?$/;

// What a keyboard of another script gives for the digits and the point.
function plain(text) {
  return text
    .replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replace(/[。．，,]/g, ".")
    .replace(/[\s¥￥]/g, "");
}

function pressed(value, key) {
  if (key === "delete") return value.slice(0, -1);
  if (key === "." && value === "") return "0.";
  if (key !== "." && value === "0") return key;
  return value + key;
}

function wire(pad) {
  const input = document.getElementById(pad.dataset.keypad);
  if (!input) return;
  let good = AMOUNT.test(plain(input.value)) ? plain(input.value) : "";

  function set(value) {
    if (AMOUNT.test(value)) good = value;
    if (input.value !== good) input.value = good;
  }

  pad.hidden = false;
  // With a finger the device's own keyboard would cover our keys.
  if (matchMedia("(pointer: coarse)").matches) input.setAttribute("inputmode", "none");
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (!key) return;
    set(pressed(good, key.dataset.key));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  input.addEventListener("input", () => set(plain(input.value)));
  // Typed on a real keyboard, the matching key moves too, so that both stay one thing.
  const flash = (event, on) => {
    const name = event.key === "Backspace" ? "delete" : event.key;
    if (name.length === 1 || name === "delete") {
      pad.querySelector(`[data-key="${CSS.escape(name)}"]`)?.classList.toggle("key-down", on);
    }
  };
  input.addEventListener("keydown", (event) => flash(event, true));
  input.addEventListener("keyup", (event) => flash(event, false));
  if (!input.value || matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
}

for (const pad of document.querySelectorAll("[data-keypad]")) wire(pad);

for (const chips of document.querySelectorAll("[data-fill]")) {
  chips.hidden = false;
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-value]");
    const input = document.getElementById(chips.dataset.fill);
    if (!chip || !input) return;
    input.value = chip.dataset.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
