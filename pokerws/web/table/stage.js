/**
 * Renders the table: felt, seats, boards, pots, and the clock of the seat to act.
 */

import { chips } from "../model/format.js";
import { describeRotation, gameAt, variant } from "../model/games.js";
import { describeResult } from "../model/narration.js";
import { potsOf } from "../model/pots.js";
import { showCards } from "../ui/cards.js";
import { byId, make, setText } from "../ui/dom.js";
import { t } from "../ui/texts.js";
import { layOut } from "./layout.js";
import { SeatView } from "./seat.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").Hand} Hand */

/** Custom properties that pass the layout to the style sheet, in pixels. */
const SIZES = /** @type {const} */ ({
  "--seat-width": "seatWidth",
  "--seat-height": "seatHeight",
  "--card-width": "cardWidth",
  "--own-card-width": "ownCardWidth",
  "--board-card-width": "boardCardWidth",
  "--inner-width": "innerWidth",
});

/** Seats narrower than this have no avatar. */
const COMPACT_SEAT_WIDTH = 112;

export class Stage {
  /** @param {(seat: number) => void} sit called with the number of a free seat that is clicked */
  constructor(sit) {
    this.sit = sit;
    this.root = byId("table");
    /** @type {SeatView[]} */
    this.seats = [];
    this.rotation = 0;
    // The layout depends on these, beside the size.
    this.cards = 2;
    this.boards = 1;
    new ResizeObserver(() => this.arrange()).observe(this.root);
  }

  clear() {
    byId("seats").replaceChildren();
    byId("board").replaceChildren();
    byId("extra-boards").replaceChildren();
    this.seats = [];
    byId("result").replaceChildren();
    byId("result").dataset.key = "";
    byId("result").classList.remove("won");
    byId("pot").hidden = byId("side-pots").hidden = true;
    for (const name of ["turnSeat", "turnNumber", "street", "seq", "epoch"]) {
      this.root.dataset[name] = "";
    }
  }

  /** @param {Scene} scene */
  render(scene) {
    const { table, own, memory } = scene;
    const hand = table.hand ?? memory.lastHand;
    this.fitGame(table, hand);
    this.seatPlayers(table.seats.length, own ?? 0);
    for (const seat of this.seats) seat.render(scene, hand);
    this.renderBoards(hand);
    this.renderPots(table);
    this.renderGame(table);
    this.renderResult(scene);
    const turn = table.hand?.turn;
    Object.assign(this.root.dataset, {
      turnSeat: turn?.seat ?? "",
      turnNumber: turn?.number ?? "",
      street: table.hand?.street ?? "",
      seq: table.seq,
      epoch: scene.epoch,
    });
  }

  /**
   * Update the layout for the number of cards and boards of the game.
   * @param {TableState} table
   * @param {Hand|null} hand
   */
  fitGame(table, hand) {
    const { down, up, board } = variant(hand?.variant ?? gameAt(table));
    this.root.toggleAttribute("data-common", !board);
    const boards = board || hand?.board.length ? 1 + (hand?.extra_boards.length ?? 0) : 0;
    if (this.cards === down + up && this.boards === boards) return;
    this.cards = down + up;
    this.boards = boards;
    this.arrange();
  }

  /** @param {Hand|null} hand */
  renderBoards(hand) {
    const extra = byId("extra-boards");
    const boards = hand?.extra_boards ?? [];
    while (extra.children.length > boards.length) extra.lastElementChild.remove();
    boards.forEach((cards, index) => {
      if (!extra.children[index]) extra.append(makeBoard(index + 2));
      showCards(extra.children[index], cards);
    });
    showCards(byId("board"), hand?.board ?? []);
  }

  /** @param {TableState} table */
  renderGame(table) {
    const { hand, config } = table;
    const bomb = hand?.bomb_pot ? t("table.bomb_pot") : "";
    setText(byId("game-note"), [bomb, describeRotation(table)].filter(Boolean).join(" · "));
  }

  /**
   * Create the seats and rotate the table so that seat `atBottom` is at the bottom.
   * @param {number} count
   * @param {number} atBottom
   */
  seatPlayers(count, atBottom) {
    if (this.seats.length === count && this.rotation === atBottom) return;
    if (this.seats.length !== count) {
      this.seats = Array.from({ length: count }, (_, number) => new SeatView(number, this.sit));
      byId("seats").replaceChildren(...this.seats.map((seat) => seat.root));
    }
    this.rotation = atBottom;
    this.arrange();
  }

  /** Place all parts for the current size. */
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.root;
    const count = this.seats.length;
    if (!count || !width || !height) return;
    const { cards, boards } = this;
    const layout = layOut({ width, height, seats: count, cards, boards });
    for (const [property, name] of Object.entries(SIZES)) {
      this.root.style.setProperty(property, `${layout[name]}px`);
    }
    this.root.style.setProperty("--covered", String(layout.covered));
    this.root.style.setProperty("--boards", String(boards));
    this.root.dataset.boards = String(boards);
    this.root.toggleAttribute("data-compact", layout.seatWidth < COMPACT_SEAT_WIDTH);
    this.seats.forEach((seat, number) => {
      seat.place(layout, (number - this.rotation + count) % count);
    });
    const { left, top, width: feltWidth, height: feltHeight, radius } = layout.felt;
    Object.assign(byId("felt").style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${feltWidth}px`,
      height: `${feltHeight}px`,
      borderRadius: `${radius}px`,
    });
    Object.assign(byId("centre").style, {
      left: `${layout.centre.x}px`,
      top: `${layout.centre.y}px`,
    });
  }

  /** @param {TableState} table */
  renderPots(table) {
    const { total, pots } = potsOf(table.hand);
    const place = byId("pot");
    place.hidden = !total;
    place.dataset.amount = total;
    setText(place, t("table.pot", { amount: chips(total) }));
    const several = pots.length > 1;
    byId("side-pots").hidden = !several;
    const names = pots.map((pot, index) =>
      t(index ? "table.side_pot" : "table.main_pot", { number: index, amount: chips(pot) }),
    );
    setText(byId("side-pots"), several ? names.join(" · ") : "");
  }

  /** @param {Scene} scene */
  renderResult({ table, memory }) {
    const won = describeResult(memory.awards);
    const lines = won.length || table.hand ? won : [waitingText(table)];
    const place = byId("result");
    const key = lines.join("\n");
    if (place.dataset.key === key) return;
    place.dataset.key = key;
    place.classList.toggle("won", won.length > 0);
    place.replaceChildren(...lines.map((text) => make("span", { text })));
  }

  /**
   * @param {TableState} table
   * @param {number} now
   */
  tick(table, now) {
    const turn = table.hand?.turn ?? null;
    for (const seat of this.seats) {
      const bankMs = table.seats[seat.number]?.clock?.bank_ms ?? 0;
      seat.tick(turn?.seat === seat.number ? turn : null, now, bankMs);
    }
  }

  /**
   * Show a chat message at a seat for a while.
   * @param {number} seat
   * @param {string} text
   */
  showChat(seat, text) {
    this.seats[seat]?.showChat(text);
  }
}

/** @param {number} number */
function makeBoard(number) {
  return make("div", { class: "board", role: "group", "aria-label": t("table.board_number", { number }) });
}

/** @param {TableState} table */
function waitingText(table) {
  return t(table.next_hand_at_ms === null ? "table.waiting" : "table.next_hand");
}
