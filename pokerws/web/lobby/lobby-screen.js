/**
 * The lobby: a part of the list of tables, updated by the server while it is shown.
 */

import { chips } from "../model/format.js";
import { describeOffer } from "../model/stakes.js";
import { readConfig } from "../client/state/table-config.js";
import { byId, make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { showRejection } from "../ui/toast.js";
import { NewTable } from "./new-table.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").TableSummary} TableSummary */
/** @typedef {import("../client/messages.js").Lobby} LobbyMessage */

// More rows are slow to draw.
const MOST_ROWS = 100;
// Wait for the next letter before the search is sent.
const TYPING_MS = 300;

// What a change leaves out if there is none.
const NOTHING = { bots: 0, waiting_for: undefined, paused: false };

export class LobbyScreen {
  /**
   * @param {Connection} connection
   * @param {import("../model/own-seats.js").OwnSeats} ownSeats
   * @param {(table: string) => void} openTable
   */
  constructor(connection, ownSeats, openTable) {
    this.connection = connection;
    this.ownSeats = ownSeats;
    ownSeats.onChange(() => this.render());
    this.openTable = openTable;
    this.visible = false;
    this.watching = false;
    this.searching = false;
    /** @type {Map<string, TableSummary>} */
    this.tables = new Map();
    connection.on("status", () => {
      this.watching = false;
    });
    connection.on("welcome", () => this.watch());
    connection.on("lobby", (message) => this.learn(message));
    new NewTable(connection, openTable);
    const form = /** @type {HTMLFormElement} */ (byId("lobby-filter"));
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    let typed;
    form.addEventListener("input", () => {
      clearTimeout(typed);
      typed = setTimeout(() => this.ask(), TYPING_MS);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
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
    if (this.watching && this.connection.state === "online") {
      this.connection.request({ type: "unwatch_lobby" }).catch(showRejection);
    }
    this.watching = false;
  }

  /** Subscribe to the lobby, unless it is subscribed to. */
  async watch() {
    if (!this.watching) await this.ask();
  }

  /** Subscribe to the tables that match the search. */
  async ask() {
    if (!this.visible || this.connection.state !== "online") return;
    this.watching = true;
    const name = /** @type {HTMLInputElement} */ (byId("lobby-search")).value.trim();
    const free = /** @type {HTMLInputElement} */ (byId("lobby-free")).checked;
    const filter = { ...(name ? { name } : {}), free_seats: free ? 1 : 0 };
    this.searching = name !== "" || free;
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
    // A short list needs no search.
    if (more) byId("lobby-filter").hidden = false;
    this.render();
  }

  render() {
    if (!this.visible) return;
    const list = byId("lobby");
    const sorted = [...this.tables.values()].sort(busiestFirst);
    const rows = new Map([...list.children].map((row) => [row.dataset.tableId, row]));
    // Reuse existing rows, so that the focus is kept.
    sorted.forEach((table, index) => {
      const row = rows.get(table.table) ?? this.makeRow(table.table);
      fillRow(row, table, this.ownSeats.has(table.table));
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
    });
    while (list.children.length > sorted.length) list.lastElementChild.remove();
    setText(byId("lobby-empty"), t(this.searching ? "lobby.no_match" : "lobby.none"));
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
}

/**
 * @param {HTMLElement} row
 * @param {TableSummary} table
 * @param {boolean} isOwn whether the player has a seat there
 */
function fillRow(row, table, isOwn) {
  const { config, players, hand_number: hands } = table;
  const free = config.seats - players;
  /** @param {string} selector */
  const part = (selector) => /** @type {Element} */ (row.querySelector(selector));
  row.dataset.status = table.status;
  setText(part("h3"), table.name);
  setText(part(".what p"), describeTable(config));
  setText(part(".seats-taken"), company(table));
  const playing = hands ? t("lobby.playing_hand", { hand: hands }) : t("lobby.playing");
  const waiting = t(table.paused ? "lobby.paused" : "lobby.waiting");
  setText(part(".badge"), table.status === "active" ? playing : waiting);
  const button = part("button");
  const action = isOwn ? "return" : free ? "join" : "watch";
  setText(button, t(`lobby.${action}`));
  button.setAttribute("aria-label", t(`lobby.${action}_table`, { table: table.name }));
  button.className = action === "watch" ? "" : "primary";
}

/**
 * The game, its stakes, and how one comes to play.
 * @param {TableSummary["config"]} config
 */
function describeTable(config) {
  const limits = { least: chips(config.min_buy_in), most: chips(config.max_buy_in) };
  const parts = [describeOffer(readConfig(config)), t("lobby.buy_in", limits)];
  if (config.hosting?.approval) parts.push(t("lobby.approval"));
  return parts.join(" · ");
}

/**
 * How many seats are taken, and by whom if some are bots.
 * @param {TableSummary} table
 */
function company({ players, bots = 0, config: { seats } }) {
  if (!bots) return t("lobby.seats", { players, seats });
  const people = t("lobby.people", { count: players - bots });
  return t("lobby.seats_with", { players, seats, people, bots: t("lobby.bots", { count: bots }) });
}

/**
 * @param {TableSummary} one
 * @param {TableSummary} other
 */
function busiestFirst(one, other) {
  return other.players - one.players || one.name.localeCompare(other.name);
}
