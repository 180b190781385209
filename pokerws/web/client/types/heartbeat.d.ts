/**
 * Notices that a connection has died without being closed: a cable was pulled, the computer slept,
 * or the network changed. The server sends something at least every `interval_ms`; a script sees
 * no pings of the WebSocket protocol.
 *
 * Silence is counted in parts, and no clock is read. So after a sleep, or in a hidden tab whose
 * timers are delayed, what has arrived is taken in before it counts as silence.
 */
export type HeartbeatTimes = import("./messages.js").HeartbeatTimes;
export type Pace = {
    partMs: number;
    askAfter: number;
    lostAfter: number;
};
export declare class Heartbeat {
    ask: () => void;
    lost: () => void;
    silent: number;
    parts: number;
    isClose: boolean;
    /** @type {Pace} */
    calm: Pace;
    close: {
        partMs: number;
        askAfter: number;
        lostAfter: number;
    };
    timer: number | undefined;
    /**
     * @param {() => void} ask sends a message that the server answers
     * @param {() => void} lost called when the connection is dead
     */
    constructor(ask: () => void, lost: () => void);
    /** @param {HeartbeatTimes|null|undefined} times of the server's welcome */
    start(times: HeartbeatTimes | null | undefined): void;
    stop(): void;
    /** Something was received. */
    heard(): void;
    /**
     * Notice silence sooner from now on, or no more. The server then has more pings to answer.
     * @param {boolean} close
     */
    watchClosely(close: boolean): void;
    /** The network may have changed: ask now, and do not wait for long. */
    check(): void;
    pace(): Pace;
    /**
     * @param {number} silent how many parts in a row were silent
     * @param {number} [partMs] the length of the next part
     */
    count(silent: number, partMs?: number): void;
    partOver(): void;
}
