/**
 * Decides when a socket is opened: at once, or after a pause, or as soon as the server answers a
 * request over HTTP. Firefox holds back sockets to where some have failed, for up to a minute; so
 * after failures none is opened until the server is known to be there.
 */
import { Retries } from "./retries.js";
export declare class Dialer {
    open: () => void;
    failed: (failures: number, error?: unknown) => void;
    probe: (() => Promise<boolean>) | undefined;
    retries: Retries;
    /** @type {ReturnType<typeof setTimeout>|undefined} of the next attempt */
    timer: ReturnType<typeof setTimeout> | undefined;
    /** @type {object|undefined} the probe whose answer is awaited */
    asked: object | undefined;
    /**
     * @param {object} connection
     * @param {() => number} connection.now the local clock
     * @param {() => void} connection.open opens a socket; it may throw
     * @param {(failures: number, error?: unknown) => void} connection.failed called at each failure
     * @param {() => Promise<boolean>} [connection.probe] whether the server answers over HTTP
     */
    constructor({ now, open, failed, probe }: {
        now: () => number;
        open: () => void;
        failed: (failures: number, error?: unknown) => void;
        probe?: () => Promise<boolean>;
    });
    /** Forget the next attempt. */
    stop(): void;
    /** Open a socket; after failures, as soon as the server answers. */
    dial(): void;
    /** @param {number} [shortestMs] the minimum pause */
    dialLater(shortestMs?: number): void;
    /** Do not wait for the next attempt, unless the server has asked for the pause. */
    dialNow(): void;
    openNow(): void;
    /**
     * Ask, and ask again after a pause, whatever has become of this.
     * @param {() => Promise<boolean>} probe
     */
    ask(probe: () => Promise<boolean>): void;
}
