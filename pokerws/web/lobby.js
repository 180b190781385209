/**
 * The lobby: the list of tables, kept up to date by the server, and the form for a new one.
 */

import { byId, make, setText } from "./dom.js";
import { refusalInWords, sayRefusal } from "./message.js";
import { chips, stakes } from "./words.js";

/** @typedef {import("./protocol.js").Connection} Connection */

/**
 * @typedef {object} TableSummary
 * @property {string} table
 * @property {string} name
 * @property {"waiting"|"active"|"closed"} status
 * @property {number} players
 * @property {number} hand_number
 * @property {import("./table-state.js").TableConfig} config
 */

export class LobbyScreen {
  /**
   * @param {Connection} connection
   * @param {(table: string) => void} openTable
   */
  constructor(connection, openTable) {
    this.connection = connection;
    this.openTable = openTable;
    this.visible = false;
    this.watching = false;
    /** @type {Map<string, TableSummary>} */
    this.tables = new Map();
    connection.on("status", () => {
      this.watching = false;
    });
    connection.on("welcome", () => this.watch());
    connection.on("lobby", (message) => this.learn(message.tables));
    this.wireForm();
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
  }

  /** Ask for news once a connection, and only when the lobby has been looked at. */
  async watch() {
    if (!this.visible || this.watching || this.connection.state !== "online") return;
    this.watching = true;
    this.tables.clear();
    await this.connection.request({ type: "watch_lobby" }).catch(sayRefusal);
    this.render();
  }

  /** @param {TableSummary[]} tables */
  learn(tables) {
    for (const table of tables) {
      if (table.status === "closed") this.tables.delete(table.table);
      else this.tables.set(table.table, table);
    }
    this.render();
  }

  render() {
    if (!this.visible) return;
    const list = byId("lobby");
    const sorted = [...this.tables.values()].sort(busiestFirst);
    const rows = new Map([...list.children].map((row) => [row.dataset.tableId, row]));
    // Rows stay where they can, so that the focus does too.
    sorted.forEach((table, index) => {
      const row = rows.get(table.table) ?? this.makeRow(table.table);
      fillRow(row, table);
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
    while (list.children.length > sorted.length) list.lastElementChild.remove();
    byId("lobby-empty").hidden = sorted.length > 0 || this.connection.state !== "online";
  }

  /** @param {string} id */
  makeRow(id) {
    return make(
      "li",
      { "data-table-id": id },
      make("div", { class: "felt-mark", "aria-hidden": "true" }),
      make("div", { class: "what" }, make("h3"), make("p", { class: "soft" })),
      make("p", { class: "seats-taken" }),
      make("p", { class: "badge" }),
      make("button", {
        type: "button",
        "data-action": "open",
        onclick: () => this.openTable(id),
      }),
    );
  }

  wireForm() {
    const dialog = byId("new-table-dialog");
    byId("new-table").addEventListener("click", () => {
      setText(byId("new-table-error"), "");
      const form = byId("new-table-form");
      form.elements.namedItem("name").value ||= `${this.connection.welcome?.name ?? "My"}’s table`;
      dialog.showModal();
    });
    byId("new-table-cancel").addEventListener("click", () => dialog.close());
    byId("new-table-form").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.createTable(byId("new-table-form"));
    });
  }

  /** @param {HTMLFormElement} form */
  async createTable(form) {
    const button = byId("new-table-confirm");
    button.disabled = true;
    try {
      const { name, config } = readForm(form);
      const answer = await this.connection.request({ type: "create_table", name, config });
      byId("new-table-dialog").close();
      form.reset();
      this.openTable(/** @type {string} */ (answer.table));
    } catch (error) {
      setText(byId("new-table-error"), refusalInWords(/** @type {any} */ (error)));
    } finally {
      button.disabled = false;
    }
  }
}

/** @param {HTMLFormElement} form */
function readForm(form) {
  const data = new FormData(form);
  /** @param {string} field */
  const number = (field) => Number(data.get(field));
  const config = {
    seats: number("seats"),
    small_blind: number("small_blind"),
    big_blind: number("big_blind"),
    min_buy_in: number("min_buy_in"),
    max_buy_in: number("max_buy_in"),
    turn_time_ms: number("turn_seconds") * 1000,
  };
  return { name: String(data.get("name")).trim(), config };
}

/**
 * @param {HTMLElement} row
 * @param {TableSummary} table
 */
function fillRow(row, table) {
  const { config, players, hand_number: hands } = table;
  const free = config.seats - players;
  /** @param {string} selector */
  const part = (selector) => /** @type {Element} */ (row.querySelector(selector));
  row.dataset.status = table.status;
  setText(part("h3"), table.name);
  const buyIn = `buy-in ${chips(config.min_buy_in)}–${chips(config.max_buy_in)}`;
  setText(part(".what p"), `Blinds ${stakes(config)} · ${buyIn}`);
  setText(part(".seats-taken"), `${players}/${config.seats} seats`);
  const playing = hands ? `Playing · hand ${chips(hands)}` : "Playing";
  setText(part(".badge"), table.status === "active" ? playing : "Waiting");
  const button = part("button");
  setText(button, free ? "Join" : "Watch");
  button.setAttribute("aria-label", `${free ? "Join" : "Watch"} ${table.name}`);
  button.className = free ? "primary" : "";
}

/**
 * @param {TableSummary} one
 * @param {TableSummary} other
 */
function busiestFirst(one, other) {
  return other.players - one.players || one.name.localeCompare(other.name);
}
