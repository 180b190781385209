/**
 * The player's account: the balance, when a refill is due, and the history that has been loaded.
 *
 * It does not poll. It reads the account after hello, after the player's chips moved at a watched
 * table, and when the account is opened. It does not use the page.
 */

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/protocol.js").Message} Message */

/**
 * A transfer to the account, or from it if `amount` is negative.
 * @typedef {object} Transfer
 * @property {number} id grows with time
 * @property {number} at_ms
 * @property {string} reason
 * @property {number} amount
 * @property {string} [table]
 */

/** The number of transfers in a full page; more may precede it. */
const PAGE = 50;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 60_000;

/** Events by which a player's chips move between the account and a table. */
const MOVES = new Set(["player_sat", "chips_added", "player_stood"]);

export class Account {
  /** @param {Connection} connection */
  constructor(connection) {
    this.connection = connection;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
    this.asking = false;
    this.askAgain = false;
    this.failures = 0;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.retry = undefined;
    /** @type {string|null} */
    this.player = null;
    /** @type {number|null} null while unknown */
    this.balance = null;
    /** The part of the balance that a new player cannot bring to tables before `heldUntilMs`. */
    this.held = 0;
    this.heldUntilMs = 0;
    /** @type {number|null} in server time; null while the balance is too large for a refill */
    this.refillAtMs = null;
    /** @type {Transfer[]} newest first */
    this.transfers = [];
    this.hasMore = false;
    /** @type {Error|null} why the last read failed */
    this.error = null;
    connection.on("status", () => this.changed());
    connection.on("welcome", (welcome) => this.handleWelcome(welcome.player));
    // A snapshot replaces events that were not received.
    connection.on("snapshot", () => this.refresh());
    connection.on("events", (message) => this.handleEvents(message));
  }

  /**
   * Call `listener` on every change.
   * @param {() => void} listener
   */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** Discard the data of another player. */
  forget() {
    this.balance = this.refillAtMs = this.error = null;
    this.held = this.heldUntilMs = 0;
    this.transfers = [];
    this.hasMore = false;
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  /** The chips that can be brought to a table now, or null while unknown. */
  available() {
    return this.balance === null ? null : this.balance - this.heldNow();
  }

  /** The chips that cannot be brought to a table yet. */
  heldNow() {
    return this.heldUntilMs <= this.connection.serverNow() ? 0 : this.held;
  }

  /** Milliseconds until a refill may be requested, or null if none is due at any time. */
  msUntilRefill() {
    if (this.refillAtMs === null) return null;
    return Math.max(0, this.refillAtMs - this.connection.serverNow());
  }

  /** @param {string} player */
  handleWelcome(player) {
    if (player !== this.player) this.forget();
    this.player = player;
    this.refresh();
  }

  /** @param {Message} message */
  handleEvents(message) {
    /** @type {import("../client/state/table-state.js").TableEvent[]} */
    const events = message.events;
    const mine = events.some((event) => MOVES.has(event.type) && event.player === this.player);
    if (mine) this.refresh();
  }

  /** Read the account, and once more if it was called again meanwhile. */
  async refresh() {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    if (this.connection.state !== "online") return;
    clearTimeout(this.retry);
    this.asking = true;
    try {
      this.handlePage(await this.connection.request({ type: "get_account" }));
    } catch (error) {
      this.handleFailure(/** @type {any} */ (error));
    }
    this.asking = false;
    this.changed();
    if (this.askAgain) {
      this.askAgain = false;
      this.refresh();
    }
  }

  /** @param {Message} answer the newest page */
  handlePage(answer) {
    this.failures = 0;
    this.error = null;
    this.balance = answer.balance;
    this.refillAtMs = answer.refill_at_ms ?? null;
    this.held = answer.held ?? 0;
    this.heldUntilMs = answer.held_until_ms ?? 0;
    /** @type {Transfer[]} */
    const page = answer.transfers;
    const known = this.transfers.findIndex((line) => line.id === page[page.length - 1]?.id);
    // Keep the older transfers if there is no gap between them and this page.
    const older = known < 0 ? [] : this.transfers.slice(known + 1);
    if (known < 0) this.hasMore = page.length >= PAGE;
    this.transfers = [...page, ...older];
  }

  /** @param {Error & {code?: string, retryable?: boolean}} error */
  handleFailure(error) {
    // After a reconnect the account is read anyway.
    if (error.code === "disconnected") return;
    this.error = error;
    if (!error.retryable) return;
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.refresh(), delayMs);
  }

  /**
   * Read the next older page of the history.
   * @throws {Error} the rejection
   */
  async loadMore() {
    const before = this.transfers[this.transfers.length - 1]?.id;
    if (before === undefined) return;
    const answer = await this.connection.request({ type: "get_account", before });
    // Another answer may have changed the history meanwhile.
    if (this.transfers[this.transfers.length - 1]?.id !== before) return;
    this.transfers = [...this.transfers, ...answer.transfers];
    this.hasMore = answer.transfers.length >= PAGE;
    this.changed();
  }

  /**
   * Request a refill of the account.
   * @throws {Error} the rejection
   */
  async refill() {
    try {
      await this.connection.request({ type: "refill" });
    } finally {
      // A rejection means that the displayed account is out of date.
      this.refresh();
    }
  }
}
