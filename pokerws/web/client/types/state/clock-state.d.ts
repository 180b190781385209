/**
 * Applies the events of a table's clocks: the browser's version of `pokerws/game/apply_clocks.py`.
 */
export type TableState = import("./table-read.js").TableState;
export type Seat = import("./table-read.js").Seat;
export type SeatClock = import("./table-read.js").SeatClock;
export type Hand = import("./table-read.js").Hand;
export type TableEvent = import("./table-read.js").TableEvent;
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").SeatClock} SeatClock */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */
/**
 * What each event of the clock of a turn changes.
 * @type {Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>}
 */
export declare const CLOCK_EVENTS: Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>;
/**
 * @param {Seat} seat
 * @param {Partial<SeatClock>} fields
 */
export declare function setClock(seat: Seat, fields: Partial<SeatClock>): void;
/** @param {Seat} seat a player in a new hand */
export declare function countHand(seat: Seat): void;
