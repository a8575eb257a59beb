// Keeps the files of the page, so that it works without a network. `VERSION` and `FILES` stand above, written by site.py.
// The files of a version are kept and given together: a new version is there as soon as no page of the old one is open.
// What recognises is kept by download.js.

/* global VERSION, FILES */

const OURS = `intone ${self.registration.scope} `; // other pages may share the address of the server
const CACHE = OURS + VERSION;

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
}

async function drop() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  return await cache.match(request, { ignoreSearch: true }) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(drop()));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});
