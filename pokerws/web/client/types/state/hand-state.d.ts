/**
 * Applies the events of a hand in play: the browser's version of `pokerws/game/apply_hand.py`.
 */
export type Seat = import("./table-read.js").Seat;
export type HandSeat = import("./table-read.js").HandSeat;
export type Hand = import("./table-read.js").Hand;
export type TableState = import("./table-read.js").TableState;
export type TableEvent = import("./table-read.js").TableEvent;
/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").HandSeat} HandSeat */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */
/**
 * What each event of a hand changes.
 * @type {Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>}
 */
export declare const HAND_EVENTS: Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>;
/**
 * The taken seat with this number.
 * @param {TableState} table
 * @param {number} number
 * @returns {Seat}
 * @throws {Error} when it is empty
 */
export declare function seatAt(table: TableState, number: number): Seat;
