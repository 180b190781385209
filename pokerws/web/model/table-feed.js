/**
 * The news of one table: watches it, resumes after a reconnect where the last event was, and asks
 * for a snapshot when events are missing.
 *
 * It counts events, and does not apply them.
 */

import { GapError, newEvents } from "./table-state.js";

/** @typedef {import("../net/protocol.js").Connection} Connection */
/** @typedef {import("../net/protocol.js").Message} Message */
/** @typedef {import("./table-state.js").TableEvent} TableEvent */

/** Notices after which the server no longer sends this table's events. */
const ENDS_WATCHING = new Set(["table_failed"]);
const WATCH_AGAIN_MS = 1_000;

/**
 * @typedef {object} FeedHandlers
 * @property {(snapshot: Message) => void} onSnapshot
 * @property {(events: TableEvent[], epoch: number) => void} onEvents
 * @property {(resumed: boolean) => void} onWatching the table is being followed, perhaps again
 * @property {(error: Error & {code?: string}) => void} onRefused
 */

export class TableFeed {
  /**
   * @param {Connection} connection
   * @param {string} table
   * @param {FeedHandlers} handlers
   */
  constructor(connection, table, handlers) {
    this.connection = connection;
    this.table = table;
    this.handlers = handlers;
    /** @type {{epoch: number, seq: number}|null} */
    this.known = null;
    this.watches = 0;
    // Between asking and the answer, what comes belongs to an earlier watch.
    this.listening = false;
    this.closed = false;
    this.stops = [
      connection.on("welcome", () => this.watch(this.known !== null)),
      connection.on("snapshot", (message) => this.mine(message) && this.takeSnapshot(message)),
      connection.on("events", (message) => this.mine(message) && this.takeEvents(message)),
      connection.on("notice", (message) => this.takeNotice(message)),
    ];
  }

  /** Start following the table, now or as soon as there is a connection. */
  open() {
    if (this.connection.state === "online") this.watch();
  }

  close() {
    this.closed = true;
    for (const stop of this.stops) stop();
    this.connection.request({ type: "unwatch", table: this.table }).catch(() => {});
  }

  /** @param {boolean} [resumed] whether this follows a lost connection */
  async watch(resumed = false) {
    if (this.closed) return;
    const watch = ++this.watches;
    this.listening = false;
    const from = this.known && { after_seq: this.known.seq, epoch: this.known.epoch };
    try {
      await this.connection.request({ type: "watch", table: this.table, ...from });
      if (watch !== this.watches || this.closed) return;
      this.listening = true;
      this.handlers.onWatching(resumed);
    } catch (error) {
      this.takeRefusal(/** @type {any} */ (error), watch);
    }
  }

  /**
   * @param {Error & {code?: string, retryable?: boolean}} error
   * @param {number} watch
   */
  takeRefusal(error, watch) {
    if (watch !== this.watches || this.closed || error.code === "disconnected") return;
    if (error.retryable) setTimeout(() => this.watch(), WATCH_AGAIN_MS);
    else this.handlers.onRefused(error);
  }

  /** @param {Message} message */
  mine(message) {
    return this.listening && message.table === this.table;
  }

  /** @param {Message} message */
  takeSnapshot(message) {
    this.known = { epoch: message.epoch, seq: message.seq };
    this.handlers.onSnapshot(message);
  }

  /** @param {Message} message */
  takeEvents(message) {
    try {
      const known = this.known ?? { epoch: -1, seq: -1 };
      const events = newEvents(known, /** @type {any} */ (message));
      this.known = { epoch: message.epoch, seq: known.seq + events.length };
      this.handlers.onEvents(events, message.epoch);
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      this.startOver();
    }
  }

  /** Forget what is known, so that a snapshot comes. */
  startOver() {
    this.known = null;
    this.watch();
  }

  /** @param {Message} notice */
  takeNotice(notice) {
    if (notice.table === this.table && ENDS_WATCHING.has(notice.code)) {
      this.listening = false;
      setTimeout(() => this.watch(), WATCH_AGAIN_MS);
    }
  }
}
