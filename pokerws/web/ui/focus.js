/**
 * Keeps the focus where a player of the keyboard is. An element that is hidden, disabled or removed
 * loses it to the document's body, from where Tab begins at the top of the page; so it is given to the
 * nearest place around that element that can have it, or to the heading of the view.
 */

import { byId } from "./dom.js";

/** The places around the element that had the focus last, the innermost first. @type {Element[]} */
let places = [];

const HIDDEN = "[hidden], [inert]";

export function followFocus() {
  document.addEventListener("focusin", ({ target }) => {
    places = [];
    for (let one = /** @type {Element|null} */ (target); one; one = one.parentElement) {
      if (one.hasAttribute("tabindex") || one === target) places.push(one);
    }
  });
  // A dialog gives the focus back to its opener, which may be gone meanwhile.
  document.addEventListener("close", () => queueMicrotask(keepFocus), true);
  byId("skip").addEventListener("click", (/** @type {Event} */ event) => {
    event.preventDefault();
    (controls() ?? heading())?.focus();
  });
}

/** Give the focus a place if its element cannot have it any more. It does not ask for a layout. */
export function keepFocus() {
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body && canHave(activeElement)) return;
  // Nothing had it, as on a page that was just loaded.
  if (!places.length) return;
  const place = places.find((one) => canHave(one)) ?? heading();
  /** @type {HTMLElement|null} */ (place)?.focus({ preventScroll: true });
}

/** Begin at the heading of another view; a field that has the focus keeps it. */
export function focusView() {
  if (!places.length) return;
  const { activeElement } = document;
  if (activeElement?.closest("input, dialog") && canHave(activeElement)) return;
  heading()?.focus({ preventScroll: true });
}

/** @param {Element} element */
function canHave(element) {
  return element.isConnected && !element.closest(HIDDEN) && !element.matches(":disabled");
}

/** @returns {HTMLElement|undefined} */
function heading() {
  const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("h1[tabindex]"));
  return [...all].find(canHave);
}

/** @returns {HTMLElement|null} the buttons of the player's seat, at a table */
function controls() {
  return byId("table-view").hidden ? null : byId("controls");
}
