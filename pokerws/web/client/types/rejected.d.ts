/**
 * The error of a failed command: rejected by the server, or not answered.
 */
/** A rejected command; `code` is stable. */
export declare class Rejected extends Error {
    code: string;
    retryable: boolean;
    retryAfterMs: number;
    /** When a ban, mute or kick ends. */
    untilMs: number | undefined;
    /** What can be done about it, one of the protocol's categories; empty if it is not known. */
    category: string;
    /** Bounds, limits and amounts, as data. */
    details: import("./messages.js").Details;
    /** @param {Omit<import("./messages.js").Rejected, "id"|"type">} answer */
    constructor({ code, message, retryable, retry_after_ms, until_ms, ...more }: Omit<import("./messages.js").Rejected, "id" | "type">);
}
/** The rejection of a command that could not be sent or got no answer. */
export declare function notConnected(): Rejected;
