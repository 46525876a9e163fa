// Reads a code with the camera or from a photo, and goes where the page wants what it says, or sends the form that asks
// for it. The picture never leaves the device.

const scanner = document.getElementById("scanner");
const say = scanner.dataset;
const part = (name) => scanner.querySelector(`[data-part="${name}"]`);
const video = part("video");
let stream = null;
let done = false;

function state(text) {
  part("state").textContent = text;
}

async function makeDetector() {
  const Native = window.BarcodeDetector;
  const formats = say.formats.split(" ");
  if (Native) {
    // Desktop Chromium may have the class without any format behind it.
    const known = await Native.getSupportedFormats().catch(() => []);
    if (formats.every((format) => known.includes(format))) return new Native({ formats });
  }
  const api = await import(say.detector);
  // Its own default is a public network's address; ours comes with the hall.
  api.prepareZXingModule({ overrides: { locateFile: (file, base) => (file.endsWith(".wasm") ? say.wasm : base + file) } });
  return new api.BarcodeDetector({ formats });
}

let detector = null;
const getDetector = () => (detector ??= makeDetector());

function go(payload) {
  if (done) return;
  done = true;
  scanner.classList.add("scanner-found");
  state(say.found);
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(40);
  stopCamera();
  const field = document.getElementById(say.field);
  if (!field) return location.assign(say.go + encodeURIComponent(payload));
  field.value = payload;
  field.form.requestSubmit();
}

function stopCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
}

async function look() {
  const reader = await getDetector();
  while (!done && stream) {
    if (video.readyState >= 2) {
      const codes = await reader.detect(video);
      const found = codes.find((code) => code.rawValue);
      if (found) return go(found.rawValue);
    }
    // A pause lets an old phone breathe; eight looks a second feel immediate.
    await new Promise((next) => setTimeout(next, 120));
  }
}

function offerTorch() {
  const track = stream.getVideoTracks()[0];
  if (!track?.getCapabilities?.().torch) return;
  const button = part("torch");
  let on = false;
  button.hidden = false;
  button.onclick = async () => {
    on = !on;
    await track.applyConstraints({ advanced: [{ torch: on }] }).catch(() => (on = !on));
    button.setAttribute("aria-pressed", String(on));
    part("torch-label").textContent = on ? say.torchOff : say.torchOn;
  };
}

function noCamera(text) {
  stopCamera();
  part("viewfinder").hidden = true;
  state(text);
}

async function startCamera() {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return noCamera(say.insecure);
  state(say.starting);
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch (problem) {
    const refused = problem.name === "NotAllowedError" || problem.name === "SecurityError";
    return noCamera(refused ? say.refused : problem.name === "NotFoundError" ? say.missing : say.failed);
  }
  try {
    part("viewfinder").hidden = false;
    video.srcObject = stream;
    await video.play();
    offerTorch();
    state(say.looking);
    await look();
  } catch {
    if (!done) noCamera(say.failed);
  }
}

part("photo").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  if (!file) return;
  state(say.reading);
  try {
    const picture = await createImageBitmap(file);
    const codes = await (await getDetector()).detect(picture);
    const found = codes.find((code) => code.rawValue);
    if (found) return go(found.rawValue);
  } catch {
    // An unreadable file is, for the person, a photo without a code.
  }
  state(say.empty);
  event.target.value = "";
});

// The camera must not stay on behind another page.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) stopCamera();
  else if (!done && !stream) startCamera();
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  done = false;
  scanner.classList.remove("scanner-found");
  startCamera();
});

scanner.hidden = false;
startCamera();
