/**
 * Commands and their answers, by id.
 *
 * A command that is pending when the connection breaks is sent again with the same id on the next
 * connection; the server deduplicates by id. Commands that are not safe to repeat, or are too old,
 * fail with the code `disconnected`. A rate-limited command is retried once, after the pause that
 * the server asks for.
 */

import { notConnected, Rejected } from "./rejected.js";

/** @typedef {{type: string} & Record<string, any>} Message any message, loosely typed */

/** Commands that are safe to send again: tables deduplicate them by id, or hold them once. */
const REPEATABLE = new Set(
  (
    "act sit stand sit_out sit_in add_chips show straddle run_it choose_game use_time_bank pre_act " +
    "post_blind stay auto_chips quick_seat join_waiting_list leave_waiting_list " +
    "add_bot remove_bot vote_bomb_pot rabbit_hunt auto_muck host_kick host_ban host_unban " +
    "host_mute pause_table resume_table change_table hand_over renew_link approve_seat deny_seat " +
    "give_chips take_chips"
  ).split(" "),
);
const REPEAT_WITHIN_MS = 30_000;
/** A rate-limited command is retried if the pause is no longer than this. */
const LONGEST_PAUSE_MS = 5_000;

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

export class Commands {
  /**
   * @param {object} connection
   * @param {() => number} connection.now the local clock
   * @param {(message: Message) => void} connection.transmit sends a message, if connected
   * @param {(action: () => void, delayMs: number) => void} connection.later
   */
  constructor({ now, transmit, later }) {
    this.now = now;
    this.transmit = transmit;
    this.later = later;
    /** @type {Map<string, Pending>} by id */
    this.pending = new Map();
    this.nextId = 1;
    // The server deduplicates per player, so two pages of one player must not share ids.
    this.idPrefix = randomPrefix();
  }

  /**
   * Send a command with an id of its own.
   * @param {Message} command
   * @param {(answer: any) => void} [onAccepted] called with the answer before the next message is
   *   handled; the promise may resolve later, when several messages arrive together
   * @returns {Promise<any>} its answer
   * @throws {Rejected}
   */
  send(command, onAccepted) {
    const message = { ...command, id: `${this.idPrefix}-${this.nextId++}` };
    return new Promise((resolve, reject) => {
      const sentMs = this.now();
      const pending = { message, sentMs, retried: false, onAccepted, resolve, reject };
      this.pending.set(message.id, pending);
      this.transmit(message);
    });
  }

  /** @returns {Message[]} the commands without an answer, in the order in which they were sent */
  unanswered() {
    return [...this.pending.values()].map(({ message }) => message);
  }

  /**
   * @param {Message} answer
   * @returns {boolean} whether it answers a pending command
   */
  takeAnswer(answer) {
    const pending = this.pending.get(answer.id);
    if (!pending) return false;
    if (!this.isRetried(pending, answer)) {
      this.pending.delete(answer.id);
      if (answer.type === "rejected") pending.reject(new Rejected(/** @type {any} */ (answer)));
      else {
        pending.onAccepted?.(answer);
        pending.resolve(answer);
      }
    }
    return true;
  }

  /**
   * Retry a rate-limited command after a short pause, but only once.
   * @param {Pending} pending
   * @param {Message} answer
   * @returns {boolean} whether it will be retried
   */
  isRetried(pending, answer) {
    const { message, retried } = pending;
    const pauseMs = answer.code === "too_fast" ? (answer.retry_after_ms ?? 0) : 0;
    const isShort = pauseMs > 0 && pauseMs <= LONGEST_PAUSE_MS;
    if (!isShort || retried || message.type === "hello") return false;
    pending.retried = true;
    this.later(() => {
      if (this.pending.has(message.id)) this.transmit(message);
    }, pauseMs);
    return true;
  }

  /** Reject the commands that must not be sent again on another connection. */
  rejectUnrepeatable() {
    const oldest = this.now() - REPEAT_WITHIN_MS;
    this.reject(({ message, sentMs }) => !REPEATABLE.has(message.type) || sentMs < oldest);
  }

  rejectAll() {
    this.reject(() => true);
  }

  /** @param {(pending: Pending) => boolean} chosen selects the commands to reject */
  reject(chosen) {
    for (const [id, pending] of [...this.pending]) {
      if (!chosen(pending)) continue;
      this.pending.delete(id);
      pending.reject(notConnected());
    }
  }
}

function randomPrefix() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
