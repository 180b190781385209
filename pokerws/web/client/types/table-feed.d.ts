/**
 * Subscribes to one table, resumes from the last event after a reconnect, and requests a snapshot
 * when events are missing. It checks sequence numbers but does not apply events.
 */
export type Connection = import("./protocol.js").Connection;
export type Message = import("./commands.js").Message;
export type TableEvent = import("./state/table-state.js").TableEvent;
export type FeedHandlers = {
    onSnapshot: (snapshot: Message) => void;
    /**
     * `hash` is that
     * of the state after the events, if the message has one
     */
    onEvents: (events: TableEvent[], epoch: number, hash?: string) => void;
    /**
     * a player is absent or back, or
     * what the table waits for
     */
    onPresence: (message: Message) => void;
    /**
     * the subscription has started, or resumed
     */
    onWatching: (resumed: boolean) => void;
    /**
     * refused for now; it is asked again
     */
    onWaiting: (error: Error & {
        code?: string;
    }) => void;
    onRejected: (error: Error & {
        code?: string;
    }) => void;
};
/**
 * @typedef {object} FeedHandlers
 * @property {(snapshot: Message) => void} onSnapshot
 * @property {(events: TableEvent[], epoch: number, hash?: string) => void} onEvents `hash` is that
 *   of the state after the events, if the message has one
 * @property {(message: Message) => void} onPresence a player is absent or back, or
 *   what the table waits for
 * @property {(resumed: boolean) => void} onWatching the subscription has started, or resumed
 * @property {(error: Error & {code?: string}) => void} onWaiting refused for now; it is asked again
 * @property {(error: Error & {code?: string}) => void} onRejected
 */
export declare class TableFeed {
    connection: import("./protocol.js").Connection;
    table: string;
    key: string | null;
    handlers: FeedHandlers;
    /** @type {{epoch: number, seq: number}|null} */
    known: {
        epoch: number;
        seq: number;
    } | null;
    watchCount: number;
    listening: boolean;
    closed: boolean;
    unsubscribe: (() => void)[];
    /**
     * @param {Connection} connection
     * @param {string} table
     * @param {FeedHandlers} handlers
     * @param {string|null} [key] that of an unlisted table
     */
    constructor(connection: Connection, table: string, handlers: FeedHandlers, key?: string | null);
    /** Subscribe to the table now, or once connected. */
    open(): void;
    close(): void;
    /** @param {boolean} [resumed] whether the connection was lost before */
    watch(resumed?: boolean): Promise<void>;
    /**
     * @param {Error & {code?: string, retryable?: boolean}} error
     * @param {number} watch
     */
    handleRejection(error: Error & {
        code?: string;
        retryable?: boolean;
    }, watch: number): void;
    /** @param {Message} message */
    isMine(message: Message): boolean;
    /** @param {Message} message */
    handleSnapshot(message: Message): void;
    /** @param {Message} message */
    handleEvents(message: Message): void;
    /** Discard the known position, so that the server sends a snapshot. */
    resync(): void;
    /** @param {Message} notice */
    handleNotice(notice: Message): void;
}
