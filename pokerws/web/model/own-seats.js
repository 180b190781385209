/**
 * At which tables the player has a seat, as far as the page has heard: from the tables that it
 * watched, and from the account, whose last transfer with a table tells whether the chips are there.
 */

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/**
 * @typedef {object} Account as far as it tells where the player's chips are
 * @property {{table?: string, reason: string}[]} transfers newest first
 * @property {(listener: () => void) => void} onChange
 */

/** Reasons of transfers to tables. */
const TO_TABLES = new Set(["buy_in", "add_on", "top_up"]);

export class OwnSeats {
  /**
   * @param {Connection} connection
   * @param {Account} account
   */
  constructor(connection, account) {
    this.connection = connection;
    this.account = account;
    /** @type {string|undefined} */
    this.player = undefined;
    /** What watched tables said. @type {Map<string, boolean>} */
    this.seen = new Map();
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    connection.on("welcome", ({ player }) => {
      // While the page was not connected, a seat may have been lost.
      this.seen.clear();
      this.player = player;
    });
    connection.on("snapshot", ({ table, state }) => {
      this.note(table, state.seats.some((/** @type {any} */ seat) => seat?.player === this.player));
    });
    connection.on("events", ({ table, events }) => this.handleEvents(table, events));
    account.onChange(() => this.changed());
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  /**
   * @param {string} table
   * @param {TableEvent[]} events
   */
  handleEvents(table, events) {
    for (const { type, player } of events) {
      if (player !== this.player) continue;
      if (type === "player_sat") this.note(table, true);
      if (type === "player_stood") this.note(table, false);
    }
  }

  /**
   * @param {string} table
   * @param {boolean} seated
   */
  note(table, seated) {
    this.seen.set(table, seated);
    this.changed();
  }

  /** @param {string} table */
  has(table) {
    const seen = this.seen.get(table);
    if (seen !== undefined) return seen;
    const last = this.account.transfers.find((transfer) => transfer.table === table);
    return last !== undefined && TO_TABLES.has(last.reason);
  }

  /** All tables with a seat of the player. */
  tables() {
    const heard = [...this.seen.keys(), ...this.account.transfers.map(({ table }) => table ?? "")];
    return [...new Set(heard)].filter((table) => table && this.has(table));
  }
}
