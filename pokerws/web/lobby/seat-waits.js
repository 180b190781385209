/**
 * Where the player waits for a seat, and the seats that are reserved for the player meanwhile: in
 * the lobby and at a table. A reserved seat is shown with the time that is left to take it.
 */

import { duration } from "../model/format.js";
import { byId, make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { showRejection } from "../ui/toast.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").Waiting} Waiting */

const TICK_MS = 500;
/** The key of waiting with a filter. */
const ANY = "";

export class SeatWaits {
  /**
   * @param {Connection} connection
   * @param {(table: string) => string} nameOf
   * @param {(table: string, seat: number) => void} take opens the table, to sit down there
   */
  constructor(connection, nameOf, take) {
    this.connection = connection;
    this.nameOf = nameOf;
    this.take = take;
    /** By table. @type {Map<string, Waiting>} */
    this.waits = new Map();
    /** @type {() => void} */
    this.onChange = () => {};
    /** What is shown, to keep the elements that have the focus. */
    this.shown = "";
    connection.on("welcome", () => {
      // Those that are left follow.
      this.waits.clear();
      this.render();
    });
    connection.on("waiting", (message) => this.learn(message));
    setInterval(() => this.tick(), TICK_MS);
  }

  /** @param {Waiting} message */
  learn(message) {
    const key = message.table ?? ANY;
    if (message.place === 0) this.waits.delete(key);
    else this.waits.set(key, message);
    this.render();
    this.onChange();
  }

  /** @param {string} table */
  has(table) {
    return this.waits.has(table);
  }

  get waitsForAny() {
    return this.waits.has(ANY);
  }

  render() {
    const lines = [...this.waits].map(([table, wait]) => ({ table, wait, text: this.describe(table, wait) }));
    const shown = JSON.stringify(lines.map(({ table, wait }) => [table, wait.place, wait.length, wait.seat]));
    byId("seat-waits").hidden = !lines.length;
    if (shown !== this.shown) {
      this.shown = shown;
      byId("seat-waits").replaceChildren(...lines.map((line) => this.line(line)));
    }
    this.tick();
  }

  /**
   * @param {string} table
   * @param {Waiting} wait
   */
  describe(table, { place, length, seat }) {
    if (seat !== undefined) return t("waits.reserved", { seat: seat + 1, table: this.nameOf(table) });
    if (table === ANY) return t("waits.any", { place });
    return t("waits.table", { place, length: length ?? place, table: this.nameOf(table) });
  }

  /** @param {{table: string, wait: Waiting, text: string}} line */
  line({ table, wait, text }) {
    const { seat } = wait;
    const words = make("p", { text });
    const buttons = [
      make("button", {
        type: "button",
        class: "small",
        "data-action": "leave-wait",
        text: t(seat === undefined ? "waits.leave" : "waits.give_up"),
        onclick: () => this.leave(table),
      }),
    ];
    if (seat !== undefined) {
      words.append(" ", make("b", { "data-until": String(wait.until_ms ?? 0), "aria-hidden": "true" }));
      const take = { type: "button", class: "small primary", "data-action": "take-seat" };
      const onclick = () => this.take(table, seat);
      buttons.unshift(make("button", { ...take, text: t("waits.take"), onclick }));
    }
    const row = make("div", { class: "row" }, ...buttons);
    return make("li", { class: seat === undefined ? "" : "offered", "data-wait": table }, words, row);
  }

  /** Show the time that is left. */
  tick() {
    for (const clock of byId("seat-waits").querySelectorAll("[data-until]")) {
      const left = Number(clock.dataset.until) - this.connection.serverNow();
      setText(clock, left > 0 ? duration(left) : "");
    }
  }

  /** @param {string} table */
  async leave(table) {
    const place = table === ANY ? {} : { table };
    await this.connection.request({ type: "leave_waiting_list", ...place }).catch(showRejection);
  }
}
