/**
 * Commands and their answers, by id.
 *
 * A command that is pending when the connection breaks is sent again with the same id on the next
 * connection; the server deduplicates by id. Commands that are not safe to repeat, or are too old,
 * fail with the code `disconnected`. A rate-limited command is retried once, after the pause that
 * the server asks for.
 */
export type Message = {
    type: string;
} & Record<string, any>;
export type Pending = {
    /**
     * with its id
     */
    message: Message;
    /**
     * by the local clock
     */
    sentMs: number;
    /**
     * whether it was rate-limited once already
     */
    retried: boolean;
    onAccepted?: (answer: any) => void;
    resolve: (answer: any) => void;
    reject: (error: Error) => void;
};
/**
 * A command without an answer so far.
 * @typedef {object} Pending
 * @property {Message} message with its id
 * @property {number} sentMs by the local clock
 * @property {boolean} retried whether it was rate-limited once already
 * @property {(answer: any) => void} [onAccepted]
 * @property {(answer: any) => void} resolve
 * @property {(error: Error) => void} reject
 */
export declare class Commands {
    now: () => number;
    transmit: (message: Message) => void;
    later: (action: () => void, delayMs: number) => void;
    /** @type {Map<string, Pending>} by id */
    pending: Map<string, Pending>;
    nextId: number;
    idPrefix: string;
    /**
     * @param {object} connection
     * @param {() => number} connection.now the local clock
     * @param {(message: Message) => void} connection.transmit sends a message, if connected
     * @param {(action: () => void, delayMs: number) => void} connection.later
     */
    constructor({ now, transmit, later }: {
        now: () => number;
        transmit: (message: Message) => void;
        later: (action: () => void, delayMs: number) => void;
    });
    /**
     * Send a command with an id of its own.
     * @param {Message} command
     * @param {(answer: any) => void} [onAccepted] called with the answer before the next message is
     *   handled; the promise may resolve later, when several messages arrive together
     * @returns {Promise<any>} its answer
     * @throws {Rejected}
     */
    send(command: Message, onAccepted?: (answer: any) => void): Promise<any>;
    /** @returns {Message[]} the commands without an answer, in the order in which they were sent */
    unanswered(): Message[];
    /**
     * @param {Message} answer
     * @returns {boolean} whether it answers a pending command
     */
    takeAnswer(answer: Message): boolean;
    /**
     * Retry a rate-limited command after a short pause, but only once.
     * @param {Pending} pending
     * @param {Message} answer
     * @returns {boolean} whether it will be retried
     */
    isRetried(pending: Pending, answer: Message): boolean;
    /** Reject the commands that must not be sent again on another connection. */
    rejectUnrepeatable(): void;
    rejectAll(): void;
    /** @param {(pending: Pending) => boolean} chosen selects the commands to reject */
    reject(chosen: (pending: Pending) => boolean): void;
}
