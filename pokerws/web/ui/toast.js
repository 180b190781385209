/**
 * Toasts: short messages, such as rejections and server notices, that disappear by themselves.
 */

import { sentence, timeOf } from "../model/format.js";
import { byId, setText } from "./dom.js";

const SHORT_MS = 4_000;
const LONG_MS = 12_000;

/**
 * Texts for the codes whose messages are written for programmers.
 * @type {Record<string, string>}
 */
const TEXTS = {
  wrong_turn: "Too late – that turn is over.",
  not_your_turn: "It is not your turn.",
  disconnected: "The connection was lost. Check the table before you try again.",
  unknown_table: "This table no longer exists.",
  table_unavailable: "This table cannot be loaded right now. Trying again…",
  owned_elsewhere: "Another server runs this table right now. Trying again…",
  insufficient_chips: "Your account does not have that many chips.",
  bank_unavailable: "Accounts are unavailable right now. Try again in a moment.",
  refill_not_due: "No refill is available yet.",
  chips_at_table: "A refill is not possible while you have chips at a table.",
  free_chips_used_up: "The free chips of your network are used up. Try again later.",
  logout_unavailable: "You cannot be logged out right now. Try again in a moment.",
  too_fast: "That was too fast. Try again in a moment.",
  forbidden: "You are not allowed to do that.",
  seat_taken: "The seat is already taken.",
  seat_reserved: "The seat is reserved for a player on the waiting list.",
};

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/**
 * @param {string} text
 * @param {boolean} [long] show it for longer
 */
export function showToast(text, long = false) {
  const place = byId("message");
  place.hidden = false;
  setText(place, sentence(text));
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.hidden = true;
  }, long ? LONG_MS : SHORT_MS);
}

/**
 * A text with the time when a ban, mute or kick ends, if it has one.
 * @param {string} text
 * @param {number|null} [untilMs]
 */
export function withEnd(text, untilMs) {
  return untilMs ? `${text} (until ${timeOf(untilMs, Date.now())})` : text;
}

/**
 * Show why a command was rejected.
 * @param {Error & {code?: string}} error
 */
export function showRejection(error) {
  showToast(describeRejection(error));
}

/**
 * @param {Error & {code?: string, untilMs?: number|null}} error
 * @returns {string}
 */
export function describeRejection(error) {
  const known = TEXTS[error.code ?? ""];
  if (known) return known;
  const text = withEnd(sentence(error.message || "That did not work."), error.untilMs);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
