/**
 * A player's view of one table: a snapshot with every later event applied to it. It resumes after a
 * reconnect, and asks for a snapshot if events are missing, unknown, or give another state than the
 * server's.
 */
import { Absences } from "./absences.js";
import { StateCheck } from "./state/state-hash.js";
import { TableFeed } from "./table-feed.js";
export type Connection = import("./protocol.js").Connection;
export type Message = import("./commands.js").Message;
export type TableState = import("./state/table-read.js").TableState;
export type Turn = import("./state/table-read.js").Turn;
export type TableEvent = import("./state/table-state.js").TableEvent;
export type Refusal = Error & {
    code?: string;
};
export type ViewHandlers = {
    /**
     * after a snapshot, after each batch of
     * events, and when a player's connection is lost or back
     */
    onChange?: (view: TableView) => void;
    /**
     * after each event
     */
    onEvent?: (event: TableEvent, view: TableView) => void;
    /**
     * the table cannot be watched
     */
    onRejected?: (error: Refusal) => void;
    /**
     * an event was not understood, or the state is wrong;
     * a snapshot follows. By default it is a warning on the console.
     */
    onProblem?: (error: Error) => void;
};
/** @typedef {import("./protocol.js").Connection} Connection */
/** @typedef {import("./commands.js").Message} Message */
/** @typedef {import("./state/table-read.js").TableState} TableState */
/** @typedef {import("./state/table-read.js").Turn} Turn */
/** @typedef {import("./state/table-state.js").TableEvent} TableEvent */
/** @typedef {Error & {code?: string}} Refusal */
/**
 * All are optional.
 * @typedef {object} ViewHandlers
 * @property {(view: TableView) => void} [onChange] after a snapshot, after each batch of
 *   events, and when a player's connection is lost or back
 * @property {(event: TableEvent, view: TableView) => void} [onEvent] after each event
 * @property {(error: Refusal) => void} [onRejected] the table cannot be watched
 * @property {(error: Error) => void} [onProblem] an event was not understood, or the state is wrong;
 *   a snapshot follows. By default it is a warning on the console.
 */
export declare class TableView {
    connection: import("./protocol.js").Connection;
    id: string;
    handlers: ViewHandlers;
    /** @type {TableState|null} null before the first snapshot; it must not be changed */
    table: TableState | null;
    /** @type {number|null} */
    epoch: number | null;
    /** Which seated players are not connected. */
    absences: Absences;
    /** @type {string|null} why no hand is dealt, such as "needs_players" */
    waitingFor: string | null;
    check: StateCheck;
    feed: TableFeed;
    /**
     * @param {Connection} connection
     * @param {string} id the table's
     * @param {ViewHandlers} [handlers]
     * @param {string|null} [key] that of an unlisted table
     */
    constructor(connection: Connection, id: string, handlers?: ViewHandlers, key?: string | null);
    /** Watch the table now, or once connected. */
    open(): void;
    /** Stop watching the table. */
    close(): void;
    /** @returns {number|null} the number of the player's own seat */
    get seat(): number | null;
    /** @returns {Turn|null} the current turn, if it is the player's own */
    get turn(): Turn | null;
    /** @returns {string[]} the player's own hidden cards in the hand */
    get cards(): string[];
    get player(): string | undefined;
    /** @param {Message} message */
    handlePresence(message: Message): void;
    /** Nobody is absent and nothing is waited for, unless the server says so next. */
    forgetPresence(): void;
    /** @param {Message} snapshot */
    handleSnapshot(snapshot: Message): void;
    /**
     * @param {TableEvent[]} events
     * @param {string} [hash] of the state after them
     */
    handleEvents(events: TableEvent[], hash?: string): void;
}
