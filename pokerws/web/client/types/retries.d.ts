/**
 * When to try to connect again: exponential back-off with jitter, but never before the time that
 * the server has asked for.
 */
export declare class Retries {
    now: () => number;
    failures: number;
    heldUntilMs: number;
    soonUntilMs: number;
    /** @type {number|undefined} */
    toldMs: number | undefined;
    isTold: boolean;
    /** @param {() => number} now the local clock */
    constructor(now: () => number);
    /** The connection has lasted. */
    reset(): void;
    /**
     * The server is about to restart, and says how long to wait after this connection's end. What is
     * no such time is ignored, and a long one shortened.
     * @param {unknown} pauseMs
     */
    told(pauseMs: unknown): void;
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
     * server asked for: all its clients were told the same. When it restarts, each is told another
     * pause; it is kept as it is, and makes none shorter if the restart is not believed.
     * @param {number} [shortestMs]
     * @returns {number} the pause before the next attempt
     */
    pauseMs(shortestMs?: number): number;
}
