/**
 * Applies the events of coming to a table and going: owed blinds, plans, chips, the waiting list.
 */
export type TableState = import("./table-read.js").TableState;
export type TableEvent = import("./table-state.js").TableEvent;
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-state.js").TableEvent} TableEvent */
/**
 * What each of these events changes.
 * @type {Record<string, (table: TableState, event: TableEvent) => void>}
 */
export declare const SEATING_EVENTS: Record<string, (table: TableState, event: TableEvent) => void>;
/**
 * Remove the player of an event from the waiting list.
 * @param {TableState} table
 * @param {TableEvent} event
 */
export declare function leaveList(table: TableState, event: TableEvent): void;
