/**
 * Applies events to the state of a table: the browser's version of `pokerws/game/apply.py`.
 *
 * The state is the JSON of the server's `Table`, redacted for this viewer, and stays equal to it
 * event by event. This module does not use the page, the network or a clock, and evaluates no rule
 * of poker: an event has all that is needed.
 */
import { readTable } from "./table-read.js";
export { readTable };
export type Seat = import("./table-read.js").Seat;
export type Turn = import("./table-read.js").Turn;
export type HandSeat = import("./table-read.js").HandSeat;
export type Hand = import("./table-read.js").Hand;
export type TableState = import("./table-read.js").TableState;
export type TableEvent = import("./table-read.js").TableEvent;
/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").Turn} Turn */
/** @typedef {import("./table-read.js").HandSeat} HandSeat */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */
/** Events are missing, or belong to another epoch: a snapshot is needed. */
export declare class GapError extends Error {
}
/**
 * The events of a message that come after the known ones.
 * @param {{epoch: number, seq: number}} known the last event that was received
 * @param {{epoch: number, seq: number, events: TableEvent[]}} message `seq` numbers its first event
 * @returns {TableEvent[]}
 * @throws {GapError}
 */
export declare function newEvents(known: {
    epoch: number;
    seq: number;
}, message: {
    epoch: number;
    seq: number;
    events: TableEvent[];
}): TableEvent[];
/**
 * Apply one event to `table` and advance its sequence number.
 * @param {TableState} table
 * @param {TableEvent} event
 * @throws {Error} when the event is unknown or does not fit the state
 */
export declare function applyEvent(table: TableState, event: TableEvent): void;
