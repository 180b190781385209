/**
 * What stands where the buttons are: what the viewer is waiting for, and what the own turn asks.
 */

import { chips, nameAt } from "../model/format.js";

/** @typedef {import("../model/table-state.js").TableState} TableState */
/** @typedef {import("../model/table-state.js").Turn} Turn */

/**
 * What the viewer is waiting for.
 * @param {TableState} table
 * @param {number|null} own
 */
export function prompt(table, own) {
  const seat = own === null ? null : table.seats[own];
  const turn = table.hand?.turn;
  const part = own === null ? null : table.hand?.seats[own];
  const doing = turn?.actions.includes("discard") ? " to draw" : "";
  const others = turn ? `Waiting for ${nameAt(table, turn.seat)}${doing}` : "";
  if (!seat) {
    if (table.seats.includes(null)) return "Pick a free seat to play.";
    return others || "All seats are taken. You are watching.";
  }
  if (seat.leaving) return "You leave when this hand is over.";
  if (seat.sitting_out && seat.stack === 0 && !part) return "You are out of chips. Add some to play on.";
  if (seat.sitting_out && !part) return "You are sitting out.";
  if (table.hand && !part) {
    return seat.owes_blind
      ? "You are dealt in as soon as the blinds have passed."
      : "You are in from the next hand on.";
  }
  if (table.hand) return others;
  if (table.next_hand_at_ms === null) return "Waiting for another player.";
  return "The next hand starts in a moment.";
}

/**
 * What the own turn asks, read aloud when it begins.
 * @param {Turn} turn
 */
export function describeTurn(turn) {
  if (turn.actions.includes("discard")) return describeDraw(turn);
  if (turn.actions.includes("check")) return "You can check.";
  if (turn.actions.includes("bring_in")) return `You bring it in, for ${chips(turn.call)}.`;
  return `${chips(turn.call)} to call.`;
}

/**
 * What a turn to draw or discard asks.
 * @param {Turn} turn
 */
export function describeDraw({ discard_min: least, discard_max: most, actions }) {
  if (actions.includes("stand_pat")) return "Choose the cards to throw away, or stand pat.";
  const count = least === most ? `${most}` : `${least} to ${most}`;
  return `Choose ${count} of your cards to throw away.`;
}
