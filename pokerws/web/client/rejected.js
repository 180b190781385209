/**
 * The error of a failed command: rejected by the server, or not answered.
 */

/** A rejected command; `code` is stable. */
export class Rejected extends Error {
  /** @param {Omit<import("./messages.js").Rejected, "id"|"type">} answer */
  constructor({ code, message, retryable = false, retry_after_ms, until_ms, ...more }) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMs = retry_after_ms ?? 0;
    /** When a ban, mute or kick ends. */
    this.untilMs = until_ms;
    /** What can be done about it, one of the protocol's categories; empty if it is not known. */
    this.category = more.category ?? "";
    /** Bounds, limits and amounts, as data. */
    this.details = more.details ?? {};
  }
}

/** The rejection of a command that could not be sent or got no answer. */
export function notConnected() {
  const message = "not connected to the server";
  return new Rejected({ code: "disconnected", message, retryable: true, category: "unavailable" });
}
