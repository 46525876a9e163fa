// A chime made on the spot and a voice of the device. Browsers keep both silent until the page was touched once.

let context = null;

function audio() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!context && Context) context = new Context();
  return context;
}

/** True once the browser lets this page sound. Call it inside a tap to be allowed. */
export async function unlock() {
  const ctx = audio();
  if (!ctx) return false;
  if (ctx.state === "suspended") {
    // Without a tap some browsers never answer resume(); half a second is patience enough.
    await Promise.race([ctx.resume().catch(() => {}), new Promise((done) => setTimeout(done, 500))]);
  }
  return ctx.state === "running";
}

/** Two rising notes, about half a second; `notes` in Hz. */
export function chime(notes = [880, 1318.5]) {
  const ctx = audio();
  if (!ctx || ctx.state !== "running") return;
  notes.forEach((frequency, index) => {
    const start = ctx.currentTime + index * 0.13;
    const tone = ctx.createOscillator();
    const volume = ctx.createGain();
    tone.type = "triangle";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.5, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.42);
    tone.connect(volume).connect(ctx.destination);
    tone.start(start);
    tone.stop(start + 0.45);
  });
}

function voiceFor(language) {
  const wanted = language.toLowerCase().replace("_", "-");
  const voices = window.speechSynthesis.getVoices();
  const tag = (voice) => voice.lang.toLowerCase().replace("_", "-");
  const matches = voices.filter((voice) => tag(voice) === wanted || tag(voice).startsWith(wanted.slice(0, 2)));
  const exact = matches.filter((voice) => tag(voice) === wanted);
  const pool = exact.length ? exact : matches;
  // A voice of the device itself also speaks when the network does not.
  return pool.find((voice) => voice.localService) || pool[0] || null;
}

/** Whether this device has a voice for the language, as far as it has told by now. */
export function hasVoice(language) {
  return "speechSynthesis" in window && voiceFor(language) !== null;
}

/** Speak one text; resolves to "spoken", "blocked" (the page was not touched yet) or "voiceless". Never rejects. */
export function speak(text, language, rate = 0.95) {
  if (!("speechSynthesis" in window) || !text) return Promise.resolve("voiceless");
  return new Promise((resolve) => {
    const words = new SpeechSynthesisUtterance(text);
    words.lang = language;
    words.rate = rate;
    const voice = voiceFor(language);
    if (voice) words.voice = voice;
    // Some engines lose the end event: no announcement may hold up the next for long.
    const limit = setTimeout(() => resolve("spoken"), 4000 + text.length * 350);
    words.onend = () => (clearTimeout(limit), resolve("spoken"));
    words.onerror = (event) => {
      clearTimeout(limit);
      resolve(event.error === "not-allowed" ? "blocked" : "voiceless");
    };
    window.speechSynthesis.speak(words);
  });
}

/** A rate that suits the reader: slower in elder mode. */
export function rate() {
  return document.documentElement.dataset.mode === "elder" ? 0.8 : 0.95;
}
