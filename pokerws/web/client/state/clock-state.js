/**
 * Applies the events of a table's clocks: the browser's version of `pokerws/game/apply_clocks.py`.
 */

import { seatAt } from "./hand-state.js";

/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").SeatClock} SeatClock */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */

/**
 * What each event of the clock of a turn changes.
 * @type {Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>}
 */
export const CLOCK_EVENTS = {
  time_bank_started: (_, hand, event) => run(hand, event, "bank"),
  time_bank_stopped: (table, _, event) => setClock(seatAt(table, event.seat), { bank_ms: event.left_ms }),
  connection_protected: (table, hand, event) => {
    run(hand, event, "protection");
    setClock(seatAt(table, event.seat), { protections: event.left });
  },
  connection_restored: (_, hand, event) => run(hand, event, "turn"),
  lag_compensated: (table, _, event) => setClock(seatAt(table, event.seat), { lag_ms: event.left_ms }),
};

/**
 * @param {Hand} hand
 * @param {TableEvent} event
 * @param {"turn"|"bank"|"protection"} time
 */
function run(hand, { deadline_ms }, time) {
  if (!hand.turn) throw new Error("a clock runs, but nobody is to act");
  hand.turn = { ...hand.turn, deadline_ms, time };
}

/**
 * @param {Seat} seat
 * @param {Partial<SeatClock>} fields
 */
export function setClock(seat, fields) {
  seat.clock = { bank_ms: 0, hands: 0, protections: 0, lag_ms: 0, ...seat.clock, ...fields };
}

/** @param {Seat} seat a player in a new hand */
export function countHand(seat) {
  if (seat.clock) setClock(seat, { hands: (seat.clock.hands ?? 0) + 1 });
}
