/**
 * An estimate of the server's time from timed requests. It sends none itself.
 */
/** Estimates the clock offset from the fastest round trip, on a monotonic local clock. */
export declare class ServerClock {
    offset: number;
    bestTripMs: number;
    constructor();
    local(): number;
    now(): number;
    /** The next measurement counts, however slow: a clock that slept is wrong. */
    forget(): void;
    /**
     * @param {number} askedMs when the request was sent, by the local clock
     * @param {number} serverNowMs the server's time in its answer
     */
    learn(askedMs: number, serverNowMs: number): void;
}
