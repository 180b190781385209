/**
 * Asks over HTTP whether the server answers. A request may be repeated as often as one likes, while
 * Firefox holds back WebSockets to where some have failed.
 */

const TIMEOUT_MS = 5_000;

/** @returns {Promise<boolean>} */
export async function serverAnswers() {
  // A proxy may have cut the folder off, or not: the address is relative to the page.
  const url = new URL("healthz", location.href);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    // A proxy whose server is away answers too, but with an error.
    return (await fetch(url, { cache: "no-store", signal: abort.signal })).ok;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
