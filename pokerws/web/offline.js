/** Opens the page again when the server answers. Shown by `worker.js` in place of any page. */

(() => {
  const EVERY_MS = 3000;

  async function retry() {
    try {
      const health = await fetch("healthz", { cache: "no-store" });
      if (health.ok) location.reload();
    } catch {
      // Still not there.
    }
  }

  /**
   * The texts in the player's language, which the app has left; otherwise those of the page stay.
   * @returns {Record<string, string>}
   */
  function texts() {
    try {
      const folder = new URL(".", location.href).pathname;
      const key = folder === "/" ? "pokerws.offline" : `pokerws.offline ${folder}`;
      return JSON.parse(localStorage.getItem(key) ?? "{}");
    } catch {
      return {};
    }
  }

  const { lang, ...shown } = texts();
  if (lang) document.documentElement.lang = lang;
  for (const [id, text] of Object.entries(shown)) {
    const element = document.getElementById(id);
    if (element) element.textContent = text;
  }
  document.getElementById("retry")?.addEventListener("click", retry);
  addEventListener("online", retry);
  setInterval(retry, EVERY_MS);
})();
