/**
 * The lobby: a part of the list of tables, updated by the server while it is shown.
 */

import { byId, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { showRejection } from "../ui/toast.js";
import { LobbyFilter } from "./lobby-filter.js";
import { NewTable } from "./new-table.js";
import { fillRow, makeRow } from "./table-row.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").TableSummary} TableSummary */
/** @typedef {import("../client/messages.js").Lobby} LobbyMessage */

// More rows are slow to draw.
const MOST_ROWS = 100;

// What a change leaves out if there is none.
const NOTHING = {
  bots: 0,
  waiting_for: undefined,
  paused: false,
  waiting: 0,
  average_pot: 0,
  bots_waiting: 0,
  hands_an_hour: 0,
};

export class LobbyScreen {
  /**
   * @param {Connection} connection
   * @param {import("../model/own-seats.js").OwnSeats} ownSeats
   * @param {import("./seat-waits.js").SeatWaits} waits
   * @param {(table: string, key?: string) => void} openTable
   */
  constructor(connection, ownSeats, waits, openTable) {
    this.connection = connection;
    this.ownSeats = ownSeats;
    this.waits = waits;
    ownSeats.onChange(() => this.render());
    waits.onChange = () => this.render();
    this.openTable = openTable;
    this.visible = false;
    this.watching = false;
    /** @type {import("./table-preview.js").TablePreview|null} */
    this.preview = null;
    /** @type {Map<string, TableSummary>} */
    this.tables = new Map();
    connection.on("status", () => {
      this.watching = false;
    });
    connection.on("welcome", () => this.watch());
    connection.on("lobby", (message) => this.learn(message));
    new NewTable(connection, openTable);
    this.filter = new LobbyFilter(
      () => this.ask(),
      () => this.render(),
    );
    byId("quick-seat").addEventListener("click", () => this.quickSeat());
    byId("wait-any").addEventListener("click", () => this.send("join_waiting_list"));
  }

  show() {
    this.visible = true;
    byId("lobby-view").hidden = false;
    document.title = "pokerws";
    this.watch();
    this.render();
  }

  hide() {
    this.visible = false;
    byId("lobby-view").hidden = true;
    this.closePreview();
    if (this.watching && this.connection.state === "online") {
      this.connection.request({ type: "unwatch_lobby" }).catch(showRejection);
    }
    this.watching = false;
  }

  /** Subscribe to the lobby, unless it is subscribed to. */
  async watch() {
    if (!this.watching) await this.ask();
  }

  /** Subscribe to the tables that match the filter. */
  async ask() {
    if (!this.visible || this.connection.state !== "online") return;
    this.watching = true;
    const filter = this.filter.wanted();
    await this.connection
      .request({ type: "watch_lobby", filter, limit: MOST_ROWS })
      .catch(showRejection);
    this.render();
  }

  /** @param {LobbyMessage} message */
  learn({ tables, changes = [], left = [], reset = false, more = false }) {
    if (reset) this.tables.clear();
    for (const table of left) this.tables.delete(table);
    for (const table of tables) this.tables.set(table.table, table);
    for (const change of changes) {
      const known = this.tables.get(change.table);
      if (known) this.tables.set(change.table, { ...known, ...NOTHING, ...change });
    }
    byId("lobby-more").hidden = !more;
    // Few tables need no filter.
    if (more || this.tables.size > 1) byId("lobby-filter").hidden = false;
    this.render();
  }

  render() {
    if (!this.visible) return;
    const list = byId("lobby");
    const sorted = this.shown();
    const rows = new Map([...list.children].map((row) => [row.dataset.tableId, row]));
    const actions = {
      open: this.openTable,
      preview: (/** @type {string} */ id) => this.togglePreview(id),
      wait: (/** @type {string} */ id) => this.send("join_waiting_list", { table: id }),
    };
    // Reuse existing rows, so that the focus is kept.
    sorted.forEach((table, index) => {
      const { table: id } = table;
      const row = rows.get(id) ?? makeRow(id, actions);
      fillRow(row, table, { isOwn: this.ownSeats.has(id), isWaiting: this.waits.has(id) });
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
    while (list.children.length > sorted.length) list.lastElementChild.remove();
    if (this.preview && !this.preview.element.isConnected) this.closePreview();
    setText(byId("lobby-empty"), t(this.filter.isActive() ? "lobby.no_match" : "lobby.none"));
    const online = this.connection.state === "online";
    byId("lobby-empty").hidden = sorted.length > 0 || !online;
    byId("quick-seat").disabled = !online;
    byId("wait-any").hidden = this.waits.waitsForAny || this.hasFreeSeat() || !online;
  }

  /** The tables that the filter lets through: those of the player first, then the busiest. */
  shown() {
    const mine = new Set([...this.tables.keys()].filter((table) => this.ownSeats.has(table)));
    return [...this.tables.values()]
      .filter((table) => this.filter.shows(table, mine.has(table.table)))
      .sort(
        (one, other) =>
          Number(mine.has(other.table)) - Number(mine.has(one.table)) ||
          other.players - one.players ||
          one.name.localeCompare(other.name),
      );
  }

  /** Whether a table that the server has found has one. */
  hasFreeSeat() {
    return [...this.tables.values()].some(({ config, players }) => players < config.seats);
  }

  /** @param {string} id */
  async togglePreview(id) {
    const isOpen = this.preview?.table === id;
    this.closePreview();
    if (isOpen) return;
    const { TablePreview } = await import("./table-preview.js");
    if (this.preview || !this.visible) return;
    const row = byId("lobby").querySelector(`[data-table-id="${CSS.escape(id)}"]`);
    this.preview = new TablePreview(this.connection, id);
    row?.append(this.preview.element);
    row?.classList.add("previewed");
    row?.querySelector('[data-action="preview"]').setAttribute("aria-expanded", "true");
  }

  closePreview() {
    const row = this.preview?.element.parentElement;
    row?.classList.remove("previewed");
    row?.querySelector('[data-action="preview"]')?.setAttribute("aria-expanded", "false");
    this.preview?.close();
    this.preview = null;
  }

  /** Sit down at the fullest table that fits. */
  async quickSeat() {
    const answer = await this.send("quick_seat");
    if (answer?.table) this.openTable(answer.table);
  }

  /**
   * Send a command about a table, or about those that the filter lets through.
   * @param {"quick_seat"|"join_waiting_list"} type
   * @param {{table: string}} [place]
   * @returns {Promise<any>} null if it is refused
   */
  async send(type, place) {
    try {
      const where = place ?? { filter: { ...this.filter.wanted(), free_seats: 0 } };
      return await this.connection.request(/** @type {any} */ ({ type, ...where }));
    } catch (error) {
      showRejection(/** @type {any} */ (error));
      // Somebody was faster: the list shows it in a moment.
      if (/** @type {any} */ (error).code === "no_table_free") byId("wait-any").hidden = false;
      return null;
    }
  }
}
