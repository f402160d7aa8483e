/* The service worker: keeps the pages and their parts, so that they open without the server and say that they do. */

const CACHE = "wattloom-1";
const PAGES = ["/", "/widget", "/widgets"];
const PARTS = [
  "css/page.css", "css/switches.css", "css/tokens.css", "css/widget.css", "icons/icon-192.png", "icons/icon.svg",
  "js/alertlist.js", "js/alerts.js", "js/api.js", "js/cards.js", "js/chart.js", "js/deeds.js", "js/densities.js",
  "js/dom.js", "js/energy.js", "js/figures.js", "js/form.js", "js/format.js", "js/freshness.js", "js/glyphs.js",
  "js/history.js", "js/hourtable.js", "js/meters.js", "js/offline.js", "js/page.js", "js/session.js", "js/setup.js", "js/storage.js",
  "js/stream.js", "js/switches.js", "js/take.js", "js/theme.js", "js/tile.js", "js/widget.js", "js/widgets.js",
  "vendor/uPlot.iife.min.js", "vendor/uPlot.min.css",
];
const KEPT = [...PAGES, ...PARTS.map((part) => `/static/${part}`)];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("wattloom-") && name !== CACHE;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

/* The network first, so that nobody sees yesterday's page; what was kept where there is none. */
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  const path = url.pathname.startsWith("/widget/") ? "/widget" : url.pathname;
  if (!KEPT.includes(path)) return;
  event.respondWith(
    fetch(request)
      .then((response) => {
        if (response.ok) {
          const copy = response.clone();
          event.waitUntil(caches.open(CACHE).then((cache) => cache.put(path, copy)));
        }
        return response;
      })
      .catch(async () => (await caches.match(path)) ?? Response.error()),
  );
});
