// Fills a search field by voice. The button appears only where the browser listens; typing works everywhere.
const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;

function wire(button) {
  const field = document.getElementById(button.dataset.voice);
  const listening = new Recognition();
  listening.lang = document.documentElement.lang;
  listening.onstart = () => button.setAttribute("aria-pressed", "true");
  listening.onend = () => button.setAttribute("aria-pressed", "false");
  listening.onresult = (event) => {
    // Engines end what was said like a sentence.
    field.value = event.results[0][0].transcript.replace(/[。.？?！!]$/, "");
    field.form.requestSubmit();
  };
  button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? listening.stop() : listening.start()));
  button.hidden = false;
}

if (Recognition) for (const button of document.querySelectorAll("[data-voice]")) wire(button);
