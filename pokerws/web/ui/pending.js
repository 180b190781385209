/**
 * Shows on a button that its command has been sent, and later that it is not answered yet. Whoever
 * sends the command sees to it that the button is disabled meanwhile.
 */

import { setText } from "./dom.js";
import { t } from "../texts/texts.js";

/** Most answers are there sooner, and a label that flickers helps nobody. */
const SENDING_AFTER_MS = 250;
const LATE_AFTER_MS = 3_000;

/**
 * @template T
 * @param {HTMLElement} button
 * @param {Promise<T>} answer
 * @returns {Promise<T>} the same answer
 */
export function showPending(button, answer) {
  const label = button.textContent ?? "";
  let shown = label;
  /** @param {string} text */
  const show = (text) => {
    // What has been written on the button meanwhile belongs to something newer.
    if (button.textContent !== shown) return;
    shown = text;
    setText(button, text);
  };
  button.setAttribute("aria-busy", "true");
  const timers = [
    setTimeout(() => show(t("pending.sending")), SENDING_AFTER_MS),
    setTimeout(() => show(t("pending.late")), LATE_AFTER_MS),
  ];
  return answer.finally(() => {
    timers.forEach(clearTimeout);
    button.removeAttribute("aria-busy");
    show(label);
  });
}
