/**
 * Applies the events of extra rules: the browser's version of `pokerws/game/apply_extras.py`.
 */

import { seatAt } from "./hand-state.js";
import { newExtras, newLastHand } from "./table-read.js";

/** @typedef {import("./table-read.js").Extras} Extras */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").LastHand} LastHand */
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */

/** @type {Record<string, (table: TableState, event: TableEvent) => void>} */
export const EXTRAS_EVENTS = {
  part_shown: (table, event) => {
    const last = lastHand(table);
    if (!last.parts.length) last.parts = last.cards.map(() => []);
    last.parts[event.seat] = [...last.parts[event.seat], ...event.cards];
  },
  rabbit_agreed: (table, event) => {
    rabbit(table).agreed.push(event.seat);
  },
  rabbit_shown: (table, event) => {
    rabbit(table).shown = event.boards;
  },
  bomb_pot_voted: (table, event) => {
    const extras = extrasOf(table);
    if (event.on) extras.bomb_votes = [...extras.bomb_votes, event.seat];
    else extras.bomb_votes = without(extras.bomb_votes, event.seat);
  },
  bonus_paid: (table, { bonus, paid = [], received = [] }) => {
    for (const share of paid) seatAt(table, share.seat).stack -= share.amount;
    for (const share of received) seatAt(table, share.seat).stack += share.amount;
    if (bonus === "stand_up" && table.extras) table.extras.stand_up = null;
  },
  stand_up_started: (table, { seats }) => {
    extrasOf(table).stand_up = { seats: [...seats], standing: [...seats] };
  },
  stand_up_won: (table, { seats }) => {
    const round = table.extras?.stand_up;
    if (!round) throw new Error("there is no round of the stand-up game");
    round.standing = round.standing.filter((seat) => !seats.includes(seat));
  },
  session_started: (table, event) => {
    extrasOf(table).ends_at_ms = event.ends_at_ms;
  },
  session_ending: (table, event) => {
    extrasOf(table).last_hand = event.last_hand;
  },
};

/**
 * A hand starts: votes for it are over.
 * @param {TableState} table
 */
export function beginHand(table) {
  if (table.extras) table.extras.bomb_votes = [];
}

/**
 * The last hand, after the `hand_ended` of a hand whose cards were not all shown.
 * @param {Hand} hand
 * @param {TableEvent} event
 * @param {string[][]} cards by seat
 * @returns {LastHand}
 */
export function endedHand(hand, { to_come: streets = [], claimant = null }, cards) {
  const last = { ...newLastHand(), number: hand.number, cards, claimant };
  if (!streets.length) return last;
  const boards = hand.extra_boards.length + 1;
  return { ...last, rabbit: { streets, boards, agreed: [], shown: [], cards: [] } };
}

/**
 * Forget what extra rules remember of the player of a seat.
 * @param {TableState} table
 * @param {number} seat
 */
export function leaveExtras(table, seat) {
  const { extras, last_hand: last } = table;
  if (extras) {
    extras.bomb_votes = without(extras.bomb_votes, seat);
    const round = extras.stand_up;
    if (round) {
      round.seats = without(round.seats, seat);
      round.standing = without(round.standing, seat);
    }
  }
  if (!last) return;
  if (last.parts.length) last.parts[seat] = [];
  if (last.claimant === seat) last.claimant = null;
  if (last.rabbit) last.rabbit.agreed = without(last.rabbit.agreed, seat);
}

/**
 * @param {number[]} seats
 * @param {number} gone
 * @returns {number[]}
 */
function without(seats, gone) {
  return seats.filter((seat) => seat !== gone);
}

/**
 * @param {TableState} table
 * @returns {Extras}
 */
function extrasOf(table) {
  table.extras ??= newExtras();
  return table.extras;
}

/**
 * @param {TableState} table
 * @returns {LastHand}
 */
function lastHand(table) {
  if (!table.last_hand) throw new Error("no cards of the last hand are kept");
  return table.last_hand;
}

/** @param {TableState} table */
function rabbit(table) {
  const last = lastHand(table);
  if (!last.rabbit) throw new Error("the last hand has no cards to come");
  return last.rabbit;
}
