/**
 * Short messages at the edge of the page: what was refused, and what the server has to say. They
 * go away by themselves and never ask for a click.
 */

import { byId, setText } from "./dom.js";

const SHORT_MS = 4_000;
const LONG_MS = 12_000;

/**
 * What players read for the codes whose own message speaks to programmers.
 * @type {Record<string, string>}
 */
const PLAIN = {
  wrong_turn: "Too late – that turn is over.",
  not_your_turn: "It is not your turn.",
  disconnected: "The connection was lost. Look at the table before you try again.",
  unknown_table: "There is no such table any more.",
  insufficient_chips: "Your account does not have that many chips.",
  bank_unavailable: "The bank cannot be reached just now. Try again in a moment.",
  refill_not_due: "A refill is not due yet.",
  logout_unavailable: "You cannot be logged out just now. Try again in a moment.",
  too_fast: "That was too fast. Try again in a moment.",
  forbidden: "You may watch here, but not do that.",
  seat_taken: "Someone else was faster: the seat is taken.",
};

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/**
 * @param {string} text
 * @param {boolean} [long] leave it on for longer
 */
export function showToast(text, long = false) {
  const place = byId("message");
  place.hidden = false;
  setText(place, text[0].toUpperCase() + text.slice(1));
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.hidden = true;
  }, long ? LONG_MS : SHORT_MS);
}

/**
 * Say why a command was refused.
 * @param {Error & {code?: string}} error
 */
export function showRejection(error) {
  showToast(describeRejection(error));
}

/**
 * @param {Error & {code?: string}} error
 * @returns {string}
 */
export function describeRejection(error) {
  const plain = PLAIN[error.code ?? ""];
  if (plain) return plain;
  const text = error.message || "That did not work.";
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
