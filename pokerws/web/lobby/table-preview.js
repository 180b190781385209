/** The table that a row of the lobby shows: who sits there, with which stack, and what is played. */

import { TableView } from "../client/table-view.js";
import { chips, shortChips } from "../model/format.js";
import { describeRejection } from "../model/refusals.js";
import { showCards } from "../ui/cards.js";
import { make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/state/table-read.js").TableState} TableState */

export class TablePreview {
  /**
   * @param {Connection} connection
   * @param {string} table
   */
  constructor(connection, table) {
    this.table = table;
    this.frame = 0;
    this.note = make("p", { class: "soft", text: t("account.loading") });
    this.pot = make("p");
    this.board = make("div", { class: "preview-board" });
    const felt = make("div", { class: "preview-felt" }, this.board, this.pot, this.note);
    this.top = make("ul", { class: "preview-seats" });
    this.bottom = make("ul", { class: "preview-seats" });
    const role = { class: "preview", role: "group", "aria-label": t("lobby.preview_label") };
    this.element = make("div", role, this.top, felt, this.bottom);
    this.view = new TableView(connection, table, {
      onChange: () => this.renderSoon(),
      onRejected: (error) => setText(this.note, describeRejection(/** @type {any} */ (error))),
    });
    this.view.open();
  }

  close() {
    this.view.close();
    this.element.remove();
  }

  /** Render with the next frame, however many events there are. */
  renderSoon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.render();
    });
  }

  render() {
    const { table } = this.view;
    if (!table) return;
    const seats = table.seats.map((seat, number) => [seat, number]);
    // Clockwise: the first half from left to right, the others back below it.
    const half = Math.floor(seats.length / 2);
    this.top.replaceChildren(...seats.slice(0, half).map((one) => plate(table, one)));
    this.bottom.replaceChildren(...seats.slice(half).reverse().map((one) => plate(table, one)));
    showCards(this.board, table.hand?.board ?? []);
    const pot = potOf(table);
    setText(this.pot, pot ? t("table.pot", { amount: chips(pot) }) : "");
    setText(this.note, table.hand ? "" : t("log.waiting"));
  }
}

/**
 * @param {TableState} table
 * @param {any[]} seat and its number
 */
function plate(table, [seat, number]) {
  if (!seat) return make("li", { class: "free", text: t("seat.empty") });
  const part = table.hand?.seats[number];
  const turn = table.hand?.turn?.seat === number ? " turn" : "";
  return make(
    "li",
    { class: `${part && !part.folded ? "in-hand" : "out"}${turn}` },
    make("b", { text: seat.name, title: seat.name }),
    make("span", { text: shortChips(seat.stack) }),
  );
}

/** @param {TableState} table */
function potOf({ hand }) {
  if (!hand) return 0;
  const bets = hand.seats.reduce((sum, part) => sum + (part?.bet ?? 0), 0);
  return hand.pots.reduce((sum, pot) => sum + pot.amount, bets);
}
