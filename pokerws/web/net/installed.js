/**
 * What the page does as an installed app only: it registers the service worker with the offline
 * page. In a tab the browser's own page says as much, and a worker would cost a request each visit.
 */

import { storageKey } from "./folder.js";
import { storage } from "./storage.js";

/**
 * @param {Record<string, string>} texts those of `offline.html` by element, and their `lang`
 * @returns {Promise<boolean>} whether there is a worker
 */
export async function prepareOffline(texts) {
  const isInstalled = matchMedia("(display-mode: standalone)").matches;
  if (!isInstalled || !("serviceWorker" in navigator)) return false;
  try {
    storage.writeObject(storageKey("offline"), texts);
    await navigator.serviceWorker.register("worker.js", { updateViaCache: "none" });
    return true;
  } catch {
    // Blocked, or no secure context: the browser shows a page of its own.
    return false;
  }
}
