// Reads the page aloud, slowly, piece by piece. The button appears only where the device can speak.
const button = document.querySelector("[data-read]");
const READ = "h1, h2, h3, p, li, dt, dd, label, legend, caption, td, th, summary, a.button, button";
let reading = false;

// Amounts are said, and groups of digits are said digit by digit.
function spoken(text, lang) {
  const chinese = lang.startsWith("zh");
  return text
    .replace(/([+−-]?)¥\s?([\d,]+)(?:\.(\d\d))?/g, (_, sign, whole, fen) => {
      const amount = whole.replaceAll(",", "") + (fen && fen !== "00" ? `.${fen}` : "");
      const before = sign === "+" ? (chinese ? "加" : "plus ") : sign ? (chinese ? "减" : "minus ") : "";
      return before + amount + (chinese ? "元" : " yuan");
    })
    .replace(/\b\d{3}(?: \d{3})+\b/g, (digits) => [...digits.replaceAll(" ", "")].join(" "));
}

// In the order of the page; of what lies in one another only the innermost, and nothing that nobody sees.
function pieces() {
  const main = document.querySelector("main");
  const title = document.querySelector("header h1");
  const all = [...(title ? [title] : []), ...main.querySelectorAll(READ)];
  return all
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[aria-hidden=true]"))
    .filter((element) => element === title || !element.querySelector(READ))
    .map((element) => [element.innerText.trim().replace(/\s+/g, " "), element.closest("[lang]").lang])
    .filter(([text]) => text);
}

async function read() {
  const { speak } = await import("./sound.js");
  for (const [text, lang] of pieces()) {
    if (!reading) return;
    if ((await speak(spoken(text, lang), lang, 0.8)) !== "spoken") break;
  }
  show(false);
}

function show(on) {
  reading = on;
  button.setAttribute("aria-pressed", String(on));
}

if (button && "speechSynthesis" in window) {
  button.hidden = false;
  button.addEventListener("click", () => {
    window.speechSynthesis.cancel();
    show(!reading);
    if (reading) read();
  });
  window.addEventListener("pagehide", () => window.speechSynthesis.cancel());
}
