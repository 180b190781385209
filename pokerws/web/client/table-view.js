/**
 * A player's view of one table: a snapshot with every later event applied to it. It resumes after a
 * reconnect, and asks for a snapshot if events are missing, unknown, or give another state than the
 * server's.
 */

import { Absences } from "./absences.js";
import { StateCheck } from "./state/state-hash.js";
import { TableFeed } from "./table-feed.js";
import { applyEvent, readTable } from "./state/table-state.js";

/** @typedef {import("./protocol.js").Connection} Connection */
/** @typedef {import("./commands.js").Message} Message */
/** @typedef {import("./state/table-read.js").TableState} TableState */
/** @typedef {import("./state/table-read.js").Turn} Turn */
/** @typedef {import("./state/table-state.js").TableEvent} TableEvent */
/** @typedef {Error & {code?: string}} Refusal */

/**
 * All are optional.
 * @typedef {object} ViewHandlers
 * @property {(view: TableView) => void} [onChange] after a snapshot, after each batch of
 *   events, and when a player's connection is lost or back
 * @property {(event: TableEvent, view: TableView) => void} [onEvent] after each event
 * @property {(error: Refusal) => void} [onRejected] the table cannot be watched
 * @property {(error: Error) => void} [onProblem] an event was not understood, or the state is wrong;
 *   a snapshot follows. By default it is a warning on the console.
 */

export class TableView {
  /**
   * @param {Connection} connection
   * @param {string} id the table's
   * @param {ViewHandlers} [handlers]
   * @param {string|null} [key] that of an unlisted table
   */
  constructor(connection, id, handlers = {}, key = null) {
    this.connection = connection;
    this.id = id;
    this.handlers = handlers;
    /** @type {TableState|null} null before the first snapshot; it must not be changed */
    this.table = null;
    /** @type {number|null} */
    this.epoch = null;
    /** Which seated players are not connected. */
    this.absences = new Absences();
    /** @type {string|null} why no hand is dealt, such as "needs_players" */
    this.waitingFor = null;
    this.check = new StateCheck();
    /** @type {import("./table-feed.js").FeedHandlers} */
    const heard = {
      onSnapshot: (snapshot) => this.handleSnapshot(snapshot),
      onEvents: (events, _epoch, hash) => this.handleEvents(events, hash),
      onPresence: (message) => this.handlePresence(message),
      onWatching: () => this.forgetPresence(),
      onWaiting: () => {},
      onRejected: (error) => this.handlers.onRejected?.(error),
    };
    this.feed = new TableFeed(connection, id, heard, key);
  }

  /** Watch the table now, or once connected. */
  open() {
    this.feed.open();
  }

  /** Stop watching the table. */
  close() {
    this.feed.close();
  }

  /** @returns {number|null} the number of the player's own seat */
  get seat() {
    const seat = this.table?.seats.findIndex((taken) => taken?.player === this.player) ?? -1;
    return seat < 0 ? null : seat;
  }

  /** @returns {Turn|null} the current turn, if it is the player's own */
  get turn() {
    const turn = this.table?.hand?.turn;
    return turn && turn.seat === this.seat ? turn : null;
  }

  /** @returns {string[]} the player's own hidden cards in the hand */
  get cards() {
    const { table, seat } = this;
    return (seat === null ? null : table?.hand?.seats[seat])?.cards ?? [];
  }

  get player() {
    return this.connection.welcome?.player;
  }

  /** @param {Message} message */
  handlePresence(message) {
    if (message.type === "table_waiting") this.waitingFor = message.waiting_for ?? null;
    else this.absences.take(message);
    this.handlers.onChange?.(this);
  }

  /** Nobody is absent and nothing is waited for, unless the server says so next. */
  forgetPresence() {
    this.absences.clear();
    this.waitingFor = null;
  }

  /** @param {Message} snapshot */
  handleSnapshot(snapshot) {
    this.forgetPresence();
    this.waitingFor = snapshot.waiting_for ?? null;
    this.table = readTable(snapshot.state);
    this.epoch = snapshot.epoch;
    this.check.begin(this.table, this.player, snapshot.state_hash);
    this.handlers.onChange?.(this);
  }

  /**
   * @param {TableEvent[]} events
   * @param {string} [hash] of the state after them
   */
  handleEvents(events, hash) {
    const { table } = this;
    if (!table) return;
    try {
      for (const event of events) {
        applyEvent(table, event);
        if (event.type === "player_stood") this.absences.stood(event.player);
        this.handlers.onEvent?.(event, this);
      }
      if (!this.check.holds(table, this.player, hash)) {
        throw new Error(`the state after event ${table.seq} is not the server's`);
      }
    } catch (error) {
      const report = this.handlers.onProblem ?? console.warn;
      report(/** @type {Error} */ (error));
      this.feed.resync();
      return;
    }
    this.handlers.onChange?.(this);
  }
}
