/**
 * Notices that a connection has died without being closed: a cable was pulled, the computer slept,
 * or the network changed. The server sends something at least every `interval_ms`; a script sees
 * no pings of the WebSocket protocol.
 *
 * Silence is counted in parts of `timeout_ms`, and no clock is read. So after a sleep, or in a
 * hidden tab whose timers are delayed, what has arrived is taken in before it counts as silence.
 */
export type HeartbeatTimes = import("./messages.js").HeartbeatTimes;
export declare class Heartbeat {
    ask: () => void;
    lost: () => void;
    silent: number;
    parts: number;
    partMs: number | undefined;
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
    /** The network may have changed: ask now, and wait for no more than one part. */
    check(): void;
    /** @param {number} silent how many parts in a row were silent */
    count(silent: number): void;
    partOver(): void;
}
