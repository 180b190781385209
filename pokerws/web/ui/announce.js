/**
 * Lets screen readers say something. There are two places for it: what is said politely waits for the
 * end of other speech, what is said at once interrupts it. Each text is an element of its own, so that
 * the same text is said again if it comes again.
 */

import { byId, make } from "./dom.js";

/** Enough for a reader that is slow to look; an element that goes is not said. */
const MOST_KEPT = 5;

let last = "";
/**
 * By id. One that is in a dialog leaves the page with it.
 * @type {Map<string, HTMLElement>}
 */
const places = new Map();

/**
 * @param {string} text
 * @param {{now?: boolean}} [how] whether it interrupts other speech
 */
export function announce(text, { now = false } = {}) {
  if (!text) return;
  last = text;
  const place = placeOf(now ? "said-now" : "said");
  // Everything outside of an open dialog is not there for screen readers.
  const dialogs = document.querySelectorAll("dialog[open]");
  const home = dialogs[dialogs.length - 1] ?? document.body;
  if (place.parentElement !== home) home.append(place);
  place.append(make("p", { text }));
  while (place.children.length > MOST_KEPT) place.firstElementChild?.remove();
}

/** @param {string} id */
function placeOf(id) {
  const place = places.get(id) ?? byId(id);
  places.set(id, place);
  return place;
}

/** What was said last. */
export function lastAnnounced() {
  return last;
}
