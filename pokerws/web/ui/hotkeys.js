/**
 * Which key presses are shortcuts: single letters and digits, unless the player has switched them off,
 * writes in a field, or looks at a dialog.
 */

import { onSetting, setting } from "../model/settings.js";

const FIELDS = "input:not([type=range]), select, textarea, [contenteditable]";

/**
 * @param {KeyboardEvent} event
 * @returns {string|null} the key in lower case, or null if it is no shortcut here
 */
export function hotkey(event) {
  const { key, target } = event;
  if (event.defaultPrevented || event.repeat || event.isComposing) return null;
  if (event.ctrlKey || event.altKey || event.metaKey || key.length !== 1 || key === " ") return null;
  if (!setting("hotkeys") || document.querySelector("dialog[open]")) return null;
  if (target instanceof Element && target.closest(FIELDS)) return null;
  return key.toLowerCase();
}

/** Show the keys at their buttons while they work. */
export function showHotkeys() {
  const show = () => document.body.classList.toggle("no-hotkeys", !setting("hotkeys"));
  onSetting(show);
  show();
}
