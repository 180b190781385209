/**
 * When to try to connect again: exponential back-off with jitter, but never before the time that
 * the server has asked for.
 */
export declare class Retries {
    now: () => number;
    failures: number;
    heldUntilMs: number;
    soonUntilMs: number;
    /** @param {() => number} now the local clock */
    constructor(now: () => number);
    /** The connection has lasted. */
    reset(): void;
    /** The server restarts; that is believed once, until a connection has lasted again. */
    restarting(): void;
    /**
     * The server asks not to be tried for a while.
     * @param {number} pauseMs
     */
    hold(pauseMs: number): void;
    /** @returns {boolean} whether the server may be tried before the pause is over */
    areFree(): boolean;
    /** @returns {boolean} whether to ask if the server is there before a socket is opened */
    areProbed(): boolean;
    /**
     * Count a failure. Half of the pause is random, and so is what comes on top of a pause that the
     * server asked for: all its clients were told the same.
     * @param {number} [shortestMs]
     * @returns {number} the pause before the next attempt
     */
    pauseMs(shortestMs?: number): number;
}
