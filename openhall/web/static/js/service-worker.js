// The hall's one worker. It rings when the hall has a message, and where there is no network it opens the few pages that
// were kept. While there is a network every page comes from it. What is kept belongs to one session in one language and
// look ("whose", which every page says): as soon as a page says another, or nobody's, all that was kept is thrown away.
const FORM = "hall 1"; // Of what is kept; whatever has another form is thrown away.
const PARTS = `${FORM} parts`;
const PAGES = ["/", "/wallet", "/pay-code/offline", "/offline"];
const OFFLINE = "/offline";
const WHOSE = "openhall-whose";
const AT = "openhall-kept-at";
const PATIENCE_MS = 8_000;
const LONGEST_MS = 30 * 86_400_000;
const LARGEST = 300_000; // characters of a page, or bytes of a style sheet, script or picture

const nameOf = (whose) => `${FORM} pages ${whose}`;
const isOfPages = (name) => name.startsWith(`${FORM} pages `);

// ---- whose it is ----

let present; // whose things are kept, as far as this run of the worker knows

async function only(whose) {
  if (whose === present) return;
  // The key for pay codes lies in a database that is named after its session.
  const dataOf = (someone) => `openhall ${someone.split(" ")[0]}`;
  const old = new Set();
  for (const name of await caches.keys()) {
    if (name === PARTS || name === nameOf(whose)) continue;
    if (isOfPages(name)) old.add(dataOf(name.slice(nameOf("").length)));
    await caches.delete(name);
  }
  // Older browsers cannot list their databases: there the pages that were kept say whose there were.
  for (const { name } of (await indexedDB.databases?.()) ?? []) old.add(name);
  old.delete(dataOf(whose));
  for (const name of old) indexedDB.deleteDatabase(name);
  present = whose;
}

// ---- what is kept ----

async function keep(cache, address, answer) {
  const text = await answer.text();
  if (!answer.ok || answer.redirected || text.length > LARGEST) return;
  const headers = new Headers(answer.headers);
  headers.delete("content-encoding");
  headers.set(AT, Date.now());
  await cache.put(address, new Response(text, { headers }));
  for (const [part] of text.matchAll(/\/static\/[^"]+/g)) await keepPart(part);
}

async function keepPart(address) {
  const url = new URL(address, self.location.origin);
  if (!isPart(url)) return;
  const parts = await caches.open(PARTS);
  if (await parts.match(url)) return;
  const answer = await fetch(url);
  const body = await answer.blob();
  if (!answer.ok || body.size > LARGEST) return;
  // One version of each is enough: so there are never more of them than the hall has files.
  await parts.delete(url, { ignoreSearch: true });
  await parts.put(url, new Response(body, { headers: answer.headers }));
  // What a script imports and a style sheet shows.
  if (!/\.(js|css)$/.test(url.pathname)) return;
  const text = await body.text();
  for (const [, named] of text.matchAll(/(?:from |import |import\(|url\()"(\.[^"]+)"/g)) await keepPart(new URL(named, url));
}

const isPart = (url) => url.pathname.startsWith("/static/") && !url.pathname.startsWith("/static/vendor/");

// The pages that nobody has looked at yet in this session.
async function fill(whose) {
  const cache = await caches.open(nameOf(whose));
  for (const address of PAGES) {
    if (await cache.match(address)) continue;
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (whose !== present || answer.headers.get(WHOSE) !== whose) return;
    await keep(cache, address, answer);
  }
}

self.addEventListener("message", (event) => {
  const { whose } = event.data;
  event.waitUntil(only(whose).then(() => whose && fill(whose)));
});

// ---- with a network, and without ----

const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error("no answer in time")));

async function visit(event) {
  const { request } = event;
  const { pathname, search } = new URL(request.url);
  const address = request.method === "GET" && !search && PAGES.includes(pathname) ? pathname : null;
  try {
    const asked = fetch(request);
    const answer = await (address ? Promise.race([asked, late()]) : asked);
    const whose = answer.headers.get(WHOSE);
    if (whose === null) return answer;
    // Before anything is shown: nobody else's page may be left behind.
    await only(whose);
    if (whose && address) {
      const copy = answer.clone();
      event.waitUntil(caches.open(nameOf(whose)).then((cache) => keep(cache, address, copy)));
    }
    return answer;
  } catch (lost) {
    const page = await older(request.method === "GET" && pathname === "/pay-code" ? "/pay-code/offline" : address, request);
    // Who signs out on a phone without a network leaves nothing on it either.
    if (pathname === "/sign-out") await only("");
    if (page) return page;
    throw lost;
  }
}

async function older(address, request) {
  const name = (await caches.keys()).find(isOfPages);
  if (!name) return undefined;
  const cache = await caches.open(name);
  const kept = (address && (await young(cache, address))) || (await cache.match(OFFLINE));
  if (!kept) return undefined;
  const at = kept.headers.get(AT);
  let text = (await kept.text()).replace('id="kept" hidden data-at=""', `id="kept" data-at="${at}"`);
  // Nothing that was sent is sent again by itself.
  if (request.method !== "GET") text = text.replace("<p data-offline>", "<p hidden>");
  return new Response(text, { headers: kept.headers });
}

async function young(cache, address) {
  const kept = await cache.match(address);
  return kept && Date.now() - Number(kept.headers.get(AT)) < LONGEST_MS ? kept : undefined;
}

async function part(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.ok) event.waitUntil(keepPart(event.request.url).catch(() => {}));
    return answer;
  } catch (lost) {
    const kept = await caches.match(event.request.url, { cacheName: PARTS, ignoreSearch: true });
    if (kept) return kept;
    throw lost;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(visit(event));
  else if (event.request.method === "GET" && isPart(url)) event.respondWith(part(event));
});

// A new version of this script takes over at once: it must not wait for a tab that nobody closes.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  const settle = async () => {
    for (const name of await caches.keys()) if (!name.startsWith(`${FORM} `)) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(settle());
});

// ---- messages ----

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    return; // Nothing that the hall has sent.
  }
  const { title, body, href } = told;
  event.waitUntil(self.registration.showNotification(title, { body, tag: href, data: { href } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data.href, self.location.origin);
  // A message leads into the hall, and nowhere else.
  if (target.origin === self.location.origin) event.waitUntil(self.clients.openWindow(target.href));
});
