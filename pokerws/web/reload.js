/**
 * Reloads the page once if one of its files is missing: a new version of the server has other ones,
 * and this page may have come from the old one a moment ago.  It is no module, so that it runs first.
 */

(() => {
  const KEY = "pokerws.reloaded";
  /** Between two reloads, so that a page whose files stay missing does not reload for ever. */
  const PAUSE_MS = 60_000;

  /** @returns {boolean} whether it may reload now, which is then taken note of */
  function mayReload() {
    try {
      const last = Number(sessionStorage.getItem(KEY));
      if (Date.now() - last < PAUSE_MS) return false;
      sessionStorage.setItem(KEY, String(Date.now()));
      return true;
    } catch {
      // Without storage nothing would end the reloads.
      return false;
    }
  }

  function reload() {
    // Offline, the files of the next page would be missing as well.
    if (navigator.onLine && mayReload()) location.reload();
  }

  // Errors of elements do not bubble.
  addEventListener(
    "error",
    ({ target }) => {
      const isScript = target instanceof HTMLScriptElement;
      if (isScript || (target instanceof HTMLLinkElement && target.rel === "stylesheet")) reload();
    },
    true,
  );
  addEventListener("unhandledrejection", ({ reason }) => {
    // What `import()` rejects with: Chromium's, Firefox's and WebKit's words.
    const words = /dynamically imported module|Importing a module script failed/;
    if (reason instanceof TypeError && words.test(reason.message)) reload();
  });
})();
