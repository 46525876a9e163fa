// The key by which this browser makes pay codes without a connection: kept by the browser, usable here, readable nowhere.
// Each session has a database of its own, so that the worker can throw away whatever belongs to another one.
const name = () => `openhall ${document.documentElement.dataset.whose.split(" ")[0]}`;

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within(mode, act) {
  const opening = indexedDB.open(name());
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await answered(opening);
  try {
    return await answered(act(database.transaction("keys", mode).objectStore("keys")));
  } finally {
    // An open connection would hold up whoever wants to delete it.
    database.close();
  }
}

export const able = Boolean(window.crypto?.subtle && window.indexedDB && navigator.serviceWorker);
export const load = () => within("readonly", (keys) => keys.get("pay"));
export const save = (kept) => within("readwrite", (keys) => keys.put(kept, "pay"));
export const forget = () => within("readwrite", (keys) => keys.delete("pay"));

function bytesOf(base32) {
  const bits = [...base32].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2));
}

/** Keep what the hall told at the enrolment. `ahead`: how far its clock is before ours, in milliseconds. */
export async function keep(told, ahead) {
  const { id, prefix, device_digits, digits, period_s } = told;
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytesOf(told.secret), algorithm, false, ["sign"]);
  await save({ id, prefix, device_digits, digits, period_s, key, ahead });
}

/** The code of this moment (RFC 6238), and for how many milliseconds it is the newest. */
export async function codeOf(kept) {
  const period = kept.period_s * 1000;
  const now = Date.now() + kept.ahead;
  const count = new DataView(new ArrayBuffer(8));
  count.setBigUint64(0, BigInt(Math.floor(now / period)));
  const mac = new DataView(await crypto.subtle.sign("HMAC", kept.key, count.buffer));
  const number = mac.getUint32(mac.getUint8(31) & 15) & 0x7fffffff;
  const once = String(number % 10 ** kept.digits).padStart(kept.digits, "0");
  return { digits: kept.prefix + kept.device_digits + once, lives: period - (now % period) };
}
