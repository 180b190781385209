/**
 * What the page knows of the player's own account: the balance, when a refill is due, and the
 * history as far back as it was asked for.
 *
 * It asks when there is a reason to, never by the clock: after hello, after the player's chips
 * moved at a table that is followed, and when somebody looks. It knows nothing of the page.
 */

/** @typedef {import("../net/protocol.js").Connection} Connection */
/** @typedef {import("../net/protocol.js").Message} Message */

/**
 * Chips that came, or went where `amount` is negative.
 * @typedef {object} Transfer
 * @property {number} id grows with time
 * @property {number} at_ms
 * @property {string} reason
 * @property {number} amount
 * @property {string} [table]
 */

/** A full page has so many transfers; there may be more before it. */
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
    /** @type {number|null} null until it is known */
    this.balance = null;
    /** @type {number|null} by the server's clock; null while there is too much for a refill */
    this.refillAtMs = null;
    /** @type {Transfer[]} newest first */
    this.transfers = [];
    this.hasMore = false;
    /** @type {Error|null} why the account could not be read at last */
    this.error = null;
    connection.on("status", () => this.changed());
    connection.on("welcome", (welcome) => this.greet(welcome.player));
    // A snapshot stands for events that did not come.
    connection.on("snapshot", () => this.refresh());
    connection.on("events", (message) => this.takeEvents(message));
  }

  /**
   * Call `listener` whenever something here has changed.
   * @param {() => void} listener
   */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** What is known is another player's. */
  forget() {
    this.balance = this.refillAtMs = this.error = null;
    this.transfers = [];
    this.hasMore = false;
  }

  changed() {
    for (const listener of this.listeners) listener();
  }

  /** How long it is until a refill may be asked for; null while there is no prospect of one. */
  msUntilRefill() {
    if (this.refillAtMs === null) return null;
    return Math.max(0, this.refillAtMs - this.connection.serverNow());
  }

  /** @param {string} player */
  greet(player) {
    if (player !== this.player) this.forget();
    this.player = player;
    this.refresh();
  }

  /** @param {Message} message */
  takeEvents(message) {
    /** @type {import("../model/table-state.js").TableEvent[]} */
    const events = message.events;
    const mine = events.some((event) => MOVES.has(event.type) && event.player === this.player);
    if (mine) this.refresh();
  }

  /** Read the account; what happens meanwhile makes it be read once more. */
  async refresh() {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    if (this.connection.state !== "online") return;
    clearTimeout(this.retry);
    this.asking = true;
    try {
      this.learn(await this.connection.request({ type: "get_account" }));
    } catch (error) {
      this.fail(/** @type {any} */ (error));
    }
    this.asking = false;
    this.changed();
    if (this.askAgain) {
      this.askAgain = false;
      this.refresh();
    }
  }

  /** @param {Message} answer the newest page */
  learn(answer) {
    this.failures = 0;
    this.error = null;
    this.balance = answer.balance;
    this.refillAtMs = answer.refill_at_ms ?? null;
    /** @type {Transfer[]} */
    const page = answer.transfers;
    const known = this.transfers.findIndex((line) => line.id === page[page.length - 1]?.id);
    // What was read before stays, if nothing is missing between it and this page.
    const older = known < 0 ? [] : this.transfers.slice(known + 1);
    if (known < 0) this.hasMore = page.length >= PAGE;
    this.transfers = [...page, ...older];
  }

  /** @param {Error & {code?: string, retryable?: boolean}} error */
  fail(error) {
    // After a lost connection, hello brings the account.
    if (error.code === "disconnected") return;
    this.error = error;
    if (!error.retryable) return;
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.retry = setTimeout(() => this.refresh(), delayMs);
  }

  /**
   * Read the page of the history before what is known.
   * @throws {Error} the refusal
   */
  async more() {
    const before = this.transfers[this.transfers.length - 1]?.id;
    if (before === undefined) return;
    const answer = await this.connection.request({ type: "get_account", before });
    // Another answer may have changed what is known meanwhile.
    if (this.transfers[this.transfers.length - 1]?.id !== before) return;
    this.transfers = [...this.transfers, ...answer.transfers];
    this.hasMore = answer.transfers.length >= PAGE;
    this.changed();
  }

  /**
   * Have the house fill the account up.
   * @throws {Error} the refusal
   */
  async refill() {
    try {
      await this.connection.request({ type: "refill" });
    } finally {
      // A refusal, too, says that the account is not what it seemed to be.
      this.refresh();
    }
  }
}
