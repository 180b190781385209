/**
 * The system's notifications, of the own turn while the page is not seen. The browser is asked for
 * its permission only when the player turns them on.
 */

import { setting } from "../model/settings.js";

/** One at a time: a newer one takes the place of an older one. */
const TAG = "pokerws-turn";

/**
 * Whether notifications can be shown.
 * @returns {"missing"|"default"|"denied"|"granted"} `default`: the browser has not been asked
 */
export function permission() {
  return "Notification" in globalThis ? Notification.permission : "missing";
}

/**
 * Ask the browser for the permission, on a click of the player.
 * @returns {Promise<ReturnType<typeof permission>>}
 */
export async function askPermission() {
  if (permission() === "default") await Notification.requestPermission();
  return permission();
}

export class Notifications {
  constructor() {
    /** @type {Notification|null} */
    this.shown = null;
    document.addEventListener("visibilitychange", () => document.hidden || this.close());
  }

  /**
   * @param {string} title
   * @param {string} body
   */
  show(title, body) {
    if (!document.hidden || !setting("notifications") || permission() !== "granted") return;
    this.close();
    try {
      const shown = new Notification(title, { body, tag: TAG });
      shown.onclick = () => {
        globalThis.focus();
        shown.close();
      };
      this.shown = shown;
    } catch {
      // Chrome on Android shows them through a service worker only; title and sound still call.
    }
  }

  close() {
    this.shown?.close();
    this.shown = null;
  }
}
