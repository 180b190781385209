/**
 * The service worker of the installed app: shows `offline.html` where a page cannot be loaded.
 * All else goes to the network as if it were not there, so it never shows an old page.
 */

(() => {
  const CACHE = "pokerws-offline-1";
  const FILES = ["offline.html", "offline.js", "css/offline.css"];

  /**
   * `tsc` checks this file with the types of pages.
   * @typedef {Event & { waitUntil(done: Promise<unknown>): void }} Lifetime
   * @typedef {Lifetime & { request: Request, respondWith(answer: Promise<Response>): void }} Fetched
   */

  const keep = async () => (await caches.open(CACHE)).addAll(FILES);

  /** @param {Request} request */
  async function kept(request) {
    const found = await caches.match(request, { cacheName: CACHE, ignoreSearch: true });
    return found ?? Response.error();
  }

  addEventListener("install", (event) => /** @type {Lifetime} */ (event).waitUntil(keep()));
  addEventListener("fetch", (event) => {
    const { request, respondWith } = /** @type {Fetched} */ (event);
    const answer = respondWith.bind(event);
    if (request.mode === "navigate") {
      const offline = new Request(new URL("offline.html", location.href));
      answer(fetch(request).catch(() => kept(offline)));
      // So that it is no older than the page; offline it stays as it is.
      /** @type {Lifetime} */ (event).waitUntil(keep().catch(() => {}));
    } else if (FILES.some((name) => request.url === new URL(name, location.href).href)) {
      answer(fetch(request).catch(() => kept(request)));
    }
  });
})();
