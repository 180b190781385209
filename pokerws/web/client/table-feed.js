/**
 * Subscribes to one table, resumes from the last event after a reconnect, and requests a snapshot
 * when events are missing. It checks sequence numbers but does not apply events.
 */

import { GapError, newEvents } from "./state/table-state.js";

/** @typedef {import("./protocol.js").Connection} Connection */
/** @typedef {import("./commands.js").Message} Message */
/** @typedef {import("./state/table-state.js").TableEvent} TableEvent */

/** Notices that end the subscription to a table. */
const ENDS_WATCHING = new Set(["table_failed"]);
const WATCH_AGAIN_MS = 1_000;
const PRESENCE = /** @type {const} */ ([
  "presence",
  "player_disconnected",
  "player_reconnected",
  "table_waiting",
]);

/**
 * @typedef {object} FeedHandlers
 * @property {(snapshot: Message) => void} onSnapshot
 * @property {(events: TableEvent[], epoch: number, hash?: string) => void} onEvents `hash` is that
 *   of the state after the events, if the message has one
 * @property {(message: Message) => void} onPresence a player is absent or back, or
 *   what the table waits for
 * @property {(resumed: boolean) => void} onWatching the subscription has started, or resumed
 * @property {(error: Error & {code?: string}) => void} onWaiting refused for now; it is asked again
 * @property {(error: Error & {code?: string}) => void} onRejected
 */

export class TableFeed {
  /**
   * @param {Connection} connection
   * @param {string} table
   * @param {FeedHandlers} handlers
   * @param {string|null} [key] that of an unlisted table
   */
  constructor(connection, table, handlers, key = null) {
    this.connection = connection;
    this.table = table;
    this.key = key;
    this.handlers = handlers;
    /** @type {{epoch: number, seq: number}|null} */
    this.known = null;
    this.watchCount = 0;
    // Messages between a request and its answer belong to an earlier subscription.
    this.listening = false;
    this.closed = false;
    this.unsubscribe = [
      connection.on("welcome", () => this.watch(this.known !== null)),
      connection.on("snapshot", (message) => this.isMine(message) && this.handleSnapshot(message)),
      connection.on("events", (message) => this.isMine(message) && this.handleEvents(message)),
      ...PRESENCE.map((type) =>
        connection.on(type, (message) => this.isMine(message) && handlers.onPresence(message)),
      ),
      connection.on("notice", (message) => this.handleNotice(message)),
    ];
  }

  /** Subscribe to the table now, or once connected. */
  open() {
    if (this.connection.state === "online") this.watch();
  }

  close() {
    this.closed = true;
    for (const stop of this.unsubscribe) stop();
    this.connection.request({ type: "unwatch", table: this.table }).catch(() => {});
  }

  /** @param {boolean} [resumed] whether the connection was lost before */
  async watch(resumed = false) {
    if (this.closed) return;
    const watch = ++this.watchCount;
    this.listening = false;
    const from = {
      ...(this.known && { after_seq: this.known.seq, epoch: this.known.epoch }),
      ...(this.key && { key: this.key }),
    };
    const accepted = () => {
      if (watch !== this.watchCount || this.closed) return;
      this.listening = true;
      this.handlers.onWatching(resumed);
    };
    try {
      await this.connection.request({ type: "watch", table: this.table, ...from }, accepted);
    } catch (error) {
      this.handleRejection(/** @type {any} */ (error), watch);
    }
  }

  /**
   * @param {Error & {code?: string, retryable?: boolean}} error
   * @param {number} watch
   */
  handleRejection(error, watch) {
    if (watch !== this.watchCount || this.closed || error.code === "disconnected") return;
    if (error.retryable) {
      this.handlers.onWaiting(error);
      setTimeout(() => this.watch(), WATCH_AGAIN_MS);
    } else this.handlers.onRejected(error);
  }

  /** @param {Message} message */
  isMine(message) {
    return this.listening && message.table === this.table;
  }

  /** @param {Message} message */
  handleSnapshot(message) {
    this.known = { epoch: message.epoch, seq: message.seq };
    this.handlers.onSnapshot(message);
  }

  /** @param {Message} message */
  handleEvents(message) {
    try {
      const known = this.known ?? { epoch: -1, seq: -1 };
      const events = newEvents(known, /** @type {any} */ (message));
      this.known = { epoch: message.epoch, seq: known.seq + events.length };
      const isLast = message.seq + message.events.length - 1 === this.known.seq;
      this.handlers.onEvents(events, message.epoch, isLast ? message.state_hash : undefined);
    } catch (error) {
      if (!(error instanceof GapError)) throw error;
      this.resync();
    }
  }

  /** Discard the known position, so that the server sends a snapshot. */
  resync() {
    this.known = null;
    this.watch();
  }

  /** @param {Message} notice */
  handleNotice(notice) {
    if (notice.table === this.table && ENDS_WATCHING.has(notice.code)) {
      this.listening = false;
      setTimeout(() => this.watch(), WATCH_AGAIN_MS);
    }
  }
}
