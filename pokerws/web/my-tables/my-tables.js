/**
 * The tables at which the player has a seat. All of them are watched: the open one by the table
 * screen, the others here. A bar shows their state, and the one that needs an action can come
 * forward by itself.
 */

import { Alerts } from "../alerts/alerts.js";
import { TableView } from "../client/table-view.js";
import { onSetting, setting } from "../model/settings.js";
import { storageKey } from "../net/folder.js";
import { tabStorage } from "../net/storage.js";
import { TablesBar } from "./tables-bar.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("./tables-bar.js").Mine} Mine */
/**
 * What the screen shows.
 * @typedef {object} OpenTable
 * @property {string|null} id
 * @property {string|null} key of an unlisted table
 * @property {TableState|null} table
 * @property {number|null} seat
 */

const KEPT = storageKey("my-tables");
const TICK_MS = 200;
/** As many as the page watches beside the open one. */
const MOST = 8;
const TYPING = "input:not([type=range], [type=checkbox]), textarea, select";

export class MyTables {
  /**
   * @param {object} page
   * @param {Connection} page.connection
   * @param {import("../model/own-seats.js").OwnSeats} page.seats
   * @param {() => OpenTable} page.open what the screen shows
   * @param {(id: string, key?: string) => void} page.show opens a table
   */
  constructor({ connection, seats, open, show }) {
    this.connection = connection;
    this.seats = seats;
    this.open = open;
    this.show = show;
    this.alerts = new Alerts();
    /** Tables beside the open one, by id, in the order in which they are found. @type {Map<string, TableView>} */
    this.views = new Map();
    /** The order of the bar. @type {string[]} */
    this.order = [];
    /** Tables that cannot be watched. @type {Set<string>} */
    this.refused = new Set();
    /** Keys of unlisted tables, or empty, of the tables with a seat. @type {Record<string, string>} */
    this.kept = tabStorage.readObject(KEPT);
    this.bar = new TablesBar((id) => this.bringForward(id));
    seats.onChange(() => this.refresh());
    onSetting((name) => name === "follow_turn" && this.changed());
    document.addEventListener("keydown", (event) => this.key(event));
    setInterval(() => this.tick(), TICK_MS);
    this.refresh();
  }

  /** Watch the tables with a seat of the player, and no others. */
  refresh() {
    if (this.connection.state !== "online") return;
    const { id: openId } = this.open();
    const wanted = new Set([...this.seats.tables(), ...Object.keys(this.kept)]);
    for (const [id, view] of this.views) {
      const isGone = view.table !== null && (view.seat === null || view.table.closed);
      if (id === openId || isGone) this.drop(id);
      if (isGone) this.forget(id);
    }
    for (const id of wanted) {
      const isNew = id !== openId && !this.views.has(id) && !this.refused.has(id);
      if (isNew && this.seats.seen.get(id) !== false && this.views.size < MOST) this.watch(id);
    }
    this.changed();
  }

  /** @param {string} id */
  watch(id) {
    const refuse = () => {
      this.refused.add(id);
      this.drop(id);
      this.forget(id);
      this.changed();
    };
    const view = new TableView(
      this.connection,
      id,
      {
        onChange: () => this.handleChange(id),
        onEvent: (event, { seat }) => this.alerts.event(event, seat),
        onRejected: refuse,
      },
      this.kept[id] || null,
    );
    this.views.set(id, view);
    view.open();
  }

  /** @param {string} id */
  handleChange(id) {
    const view = this.views.get(id);
    if (view?.table && (view.seat === null || view.table.closed)) this.refresh();
    else this.changed();
  }

  /**
   * Stop watching a table, before the screen watches it itself.
   * @param {string} id
   */
  drop(id) {
    this.views.get(id)?.close();
    this.views.delete(id);
  }

  /** @param {string} id */
  forget(id) {
    if (!(id in this.kept)) return;
    delete this.kept[id];
    tabStorage.writeObject(KEPT, this.kept);
  }

  /** All tables with a seat, in the order of the bar. @returns {Mine[]} */
  all() {
    const open = this.open();
    const places = [
      { ...open, isOpen: true },
      ...[...this.views.values()].map(({ id, table, seat }) => ({ id, table, seat, isOpen: false })),
    ];
    const mine = places.flatMap(({ id, table, seat, isOpen }) => {
      if (id === null || table === null || seat === null) return [];
      const turn = table.hand?.turn?.seat === seat ? table.hand.turn : null;
      return [{ id, table, seat, turn, isOpen }];
    });
    this.keep(mine, open);
    return mine.sort((a, b) => this.order.indexOf(a.id) - this.order.indexOf(b.id));
  }

  /**
   * Remember where the player sits, for when the page is loaded again.
   * @param {Mine[]} mine
   * @param {OpenTable} open
   */
  keep(mine, open) {
    const added = mine.filter(({ id }) => !(id in this.kept));
    this.order.push(...mine.map(({ id }) => id).filter((id) => !this.order.includes(id)));
    if (open.id !== null && open.table !== null && open.seat === null) this.forget(open.id);
    if (!added.length) return;
    for (const { id } of added) this.kept[id] = (id === open.id && open.key) || "";
    tabStorage.writeObject(KEPT, this.kept);
  }

  /**
   * An event of the open table.
   * @param {TableEvent} event
   * @param {number|null} own
   */
  event(event, own) {
    this.alerts.event(event, own);
  }

  /** The state of a table has changed. */
  changed() {
    const mine = this.all();
    const { table } = this.open();
    const waiting = mine.flatMap(({ id, table: { name, hand }, turn }) =>
      turn && hand
        ? [{ id, key: `${id}/${hand.number}/${turn.number}`, name, deadlineMs: turn.deadline_ms }]
        : [],
    );
    waiting.sort((a, b) => a.deadlineMs - b.deadlineMs);
    this.alerts.update(waiting, table ? `${table.name} – pokerws` : "pokerws");
    this.bar.render(mine, this.connection.serverNow());
    const isNeeded = waiting.some(({ id }) => id === this.open().id);
    if (setting("follow_turn") && waiting.length && !isNeeded && !isBusy()) this.bringForward(waiting[0].id);
  }

  tick() {
    const now = this.connection.serverNow();
    this.alerts.tick(now);
    this.bar.tick(now);
  }

  /** @param {string} id */
  bringForward(id) {
    if (id !== this.open().id) this.show(id, this.kept[id] || undefined);
  }

  /**
   * Shift and a number bring a table forward: the numbers alone choose bets and cards.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const { code, shiftKey, ctrlKey, altKey, metaKey } = event;
    const number = Number(/^Digit([1-9])$/.exec(code)?.[1]);
    if (!number || !shiftKey || ctrlKey || altKey || metaKey) return;
    if (!setting("hotkeys") || isBusy()) return;
    const id = this.bar.ids[number - 1];
    if (id === undefined) return;
    event.preventDefault();
    this.bringForward(id);
  }
}

/** Whether the player writes something, or is asked something. */
function isBusy() {
  return document.activeElement?.matches(TYPING) || document.querySelector("dialog[open]") !== null;
}
