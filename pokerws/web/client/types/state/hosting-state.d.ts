/**
 * Applies events about a table's host: the browser's version of `pokerws/game/hosting/applying.py`.
 */
export type TableState = import("./table-read.js").TableState;
export type TableEvent = import("./table-read.js").TableEvent;
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */
/** @type {Record<string, (table: TableState, event: TableEvent) => void>} */
export declare const HOSTING_EVENTS: Record<string, (table: TableState, event: TableEvent) => void>;
/**
 * What a player who sits down changes: the request is gone, and the bank has given the stack.
 * @param {TableState} table
 * @param {TableEvent} event
 */
export declare function satDown({ hosting, config }: TableState, { player, name, stack }: TableEvent): void;
/**
 * What a player who stands up brings back to the bank.
 * @param {TableState} table
 * @param {TableEvent} event
 */
export declare function stoodUp({ hosting }: TableState, { player, stack }: TableEvent): void;
