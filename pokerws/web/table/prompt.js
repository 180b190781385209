/**
 * Texts for the viewer: what the game is waiting for, and what a turn asks.
 */

import { chips, nameAt } from "../model/format.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */

/**
 * The text shown while it is not the viewer's turn.
 * @param {TableState} table
 * @param {number|null} own
 * @param {string} [player] the viewer's id
 */
export function prompt(table, own, player) {
  const seat = own === null ? null : table.seats[own];
  const turn = table.hand?.turn;
  const part = own === null ? null : table.hand?.seats[own];
  const doing = turn?.actions.includes("discard") ? " to draw" : "";
  const others = turn ? `Waiting for ${nameAt(table, turn.seat)}${doing}` : "";
  if (!seat) {
    const waiter = table.waiting.find((one) => one.player === player);
    if (waiter && waiter.seat !== null) return `Seat ${waiter.seat + 1} is reserved for you.`;
    if (waiter) return `You are number ${table.waiting.indexOf(waiter) + 1} on the waiting list.`;
    if (table.seats.includes(null)) return "Pick a free seat to play.";
    return others || "All seats are taken. You are watching.";
  }
  if (seat.leaving || seat.plan === "leave_after_hand") return "You will leave after this hand.";
  if (seat.sitting_out && !part) {
    return seat.stack ? "You are sitting out." : "You are out of chips. Add chips to continue.";
  }
  if (table.hand && !part) {
    return seat.owes_blind
      ? seat.posts
        ? "You post a blind in the next hand, or once the blinds have passed."
        : "You wait for the big blind."
      : "You will be dealt in from the next hand.";
  }
  if (table.hand) return others;
  if (table.next_hand_at_ms === null) return "Waiting for another player.";
  return "The next hand starts in a moment.";
}

/**
 * The text that is announced when the viewer's turn starts.
 * @param {Turn} turn
 */
export function describeTurn(turn) {
  if (turn.actions.includes("discard")) return describeDraw(turn);
  if (turn.actions.includes("check")) return "You can check.";
  if (turn.actions.includes("bring_in")) return `You must bring in for ${chips(turn.call)}.`;
  return `${chips(turn.call)} to call.`;
}

/**
 * The hint for a turn to draw or discard.
 * @param {Turn} turn
 */
export function describeDraw({ discard_min: least, discard_max: most, actions }) {
  if (actions.includes("stand_pat")) return "Choose cards to discard, or stand pat.";
  const count = least === most ? `${most}` : `${least} to ${most}`;
  return `Choose ${count} of your cards to discard.`;
}
