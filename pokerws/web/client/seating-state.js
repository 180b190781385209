/**
 * Applies the events of coming to a table and going: owed blinds, plans, chips, the waiting list.
 */

import { seatAt } from "./hand-state.js";
import { readAuto, readWaiter } from "./table-read.js";

/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-state.js").TableEvent} TableEvent */

/**
 * What each of these events changes.
 * @type {Record<string, (table: TableState, event: TableEvent) => void>}
 */
export const SEATING_EVENTS = {
  chips_added: (table, event) => {
    const seat = seatAt(table, event.seat);
    seat.stack += event.amount;
    const left = seat.auto?.left ?? null;
    if (event.auto && seat.auto && left !== null) {
      seat.auto = { ...seat.auto, left: left - event.amount };
    }
  },
  player_sat_out: (table, event) => {
    const seat = seatAt(table, event.seat);
    seat.sitting_out = true;
    seat.posts = false;
    if (seat.plan === "sit_out_at_blind") seat.plan = "";
  },
  entry_chosen: (table, event) => {
    seatAt(table, event.seat).posts = event.posts;
  },
  plan_made: (table, event) => {
    seatAt(table, event.seat).plan = event.plan;
  },
  auto_chips_set: (table, event) => {
    seatAt(table, event.seat).auto = readAuto(event.auto);
  },
  waiter_joined: (table, event) => {
    table.waiting = [...table.waiting, readWaiter({ player: event.player, name: event.name })];
  },
  waiter_left: leaveList,
  seat_reserved: (table, { player, seat, until_ms }) => {
    if (!table.waiting.some((one) => one.player === player)) {
      throw new Error(`${player} is not on the waiting list`);
    }
    table.waiting = table.waiting.map((one) =>
      one.player === player ? { ...one, seat, until_ms } : one,
    );
  },
};

/**
 * Remove the player of an event from the waiting list.
 * @param {TableState} table
 * @param {TableEvent} event
 */
export function leaveList(table, event) {
  table.waiting = table.waiting.filter((one) => one.player !== event.player);
}
