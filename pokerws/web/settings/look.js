/**
 * How the page looks, by the settings: the style sheets choose by attributes of the root. This part
 * is needed before the first picture; the dialog is not.
 */

import { onSetting, setting } from "../model/settings.js";

/** Attributes of the root, and the settings that they show. */
const ATTRIBUTES = /** @type {const} */ ({
  "data-theme": "theme",
  "data-deck": "deck",
  "data-card-back": "card_back",
});

/** The colours of the browser's own bars. @type {Record<ReturnType<typeof theme>, string>} */
const GROUNDS = { dark: "#101713", light: "#eef2ee", contrast: "#000000" };

const theme = () => setting("theme");

/** Show the settings now, and again when one changes. */
export function followLook() {
  showLook();
  onSetting(showLook);
}

function showLook() {
  const root = document.documentElement;
  for (const [attribute, name] of Object.entries(ATTRIBUTES)) {
    root.setAttribute(attribute, setting(name));
  }
  root.classList.toggle("four-colours", setting("four_colours"));
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", GROUNDS[theme()]);
}
