/**
 * Applies the events of extra rules: the browser's version of `pokerws/game/apply_extras.py`.
 */
export type Extras = import("./table-read.js").Extras;
export type Hand = import("./table-read.js").Hand;
export type LastHand = import("./table-read.js").LastHand;
export type TableState = import("./table-read.js").TableState;
export type TableEvent = import("./table-read.js").TableEvent;
/** @typedef {import("./table-read.js").Extras} Extras */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").LastHand} LastHand */
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */
/** @type {Record<string, (table: TableState, event: TableEvent) => void>} */
export declare const EXTRAS_EVENTS: Record<string, (table: TableState, event: TableEvent) => void>;
/**
 * A hand starts: votes for it are over.
 * @param {TableState} table
 */
export declare function beginHand(table: TableState): void;
/**
 * The last hand, after the `hand_ended` of a hand whose cards were not all shown.
 * @param {Hand} hand
 * @param {TableEvent} event
 * @param {string[][]} cards by seat
 * @returns {LastHand}
 */
export declare function endedHand(hand: Hand, { to_come: streets, claimant }: TableEvent, cards: string[][]): LastHand;
/**
 * Forget what extra rules remember of the player of a seat.
 * @param {TableState} table
 * @param {number} seat
 */
export declare function leaveExtras(table: TableState, seat: number): void;
