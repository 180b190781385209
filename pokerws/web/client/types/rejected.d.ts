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
    /** @param {Omit<import("./messages.js").Rejected, "id"|"type">} answer */
    constructor({ code, message, retryable, retry_after_ms, until_ms }: Omit<import("./messages.js").Rejected, "id" | "type">);
}
/** The rejection of a command that could not be sent or got no answer. */
export declare function notConnected(): Rejected;
