/**
 * The table as it is seen: felt, seats, board, pots and the clock of whoever is to act.
 */

import { showCards } from "./cards.js";
import { byId, make, setText } from "./dom.js";
import { layOut } from "./layout.js";
import { SeatView } from "./seat.js";
import { chips, resultInWords } from "./words.js";

/** @typedef {import("./table.js").Scene} Scene */
/** @typedef {import("./table-state.js").TableState} TableState */
/** @typedef {import("./table-state.js").Hand} Hand */

/** What the style sheet knows of the layout, in pixels. */
const SIZES = /** @type {const} */ ({
  "--seat-width": "seatWidth",
  "--seat-height": "seatHeight",
  "--card-width": "cardWidth",
  "--own-card-width": "ownCardWidth",
  "--board-card-width": "boardCardWidth",
  "--inner-width": "innerWidth",
});

/** Narrower seats have no room for an avatar. */
const COMPACT_SEAT_WIDTH = 112;

export class Stage {
  /** @param {(seat: number) => void} sit called when a free seat is chosen */
  constructor(sit) {
    this.sit = sit;
    this.root = byId("table");
    /** @type {SeatView[]} */
    this.seats = [];
    this.rotation = 0;
    new ResizeObserver(() => this.arrange()).observe(this.root);
  }

  clear() {
    byId("seats").replaceChildren();
    byId("board").replaceChildren();
    this.seats = [];
    byId("result").replaceChildren();
    byId("result").dataset.key = "";
    byId("pot").hidden = byId("side-pots").hidden = true;
    for (const name of ["turnSeat", "turnNumber", "street", "seq", "epoch"]) {
      this.root.dataset[name] = "";
    }
  }

  /** @param {Scene} scene */
  render(scene) {
    const { table, own, memory } = scene;
    this.seatPlayers(table.seats.length, own ?? 0);
    const hand = table.hand ?? memory.lastHand;
    for (const seat of this.seats) seat.render(scene, hand);
    showCards(byId("board"), hand?.board ?? []);
    this.renderPots(table);
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
   * Make the seats, and turn the table so that one of them is at the bottom.
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

  /** Put everything where it belongs at the present size. */
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.root;
    const count = this.seats.length;
    if (!count || !width || !height) return;
    const layout = layOut({ width, height, seats: count });
    for (const [property, name] of Object.entries(SIZES)) {
      this.root.style.setProperty(property, `${layout[name]}px`);
    }
    this.root.style.setProperty("--covered", String(layout.covered));
    this.root.toggleAttribute("data-compact", layout.seatWidth < COMPACT_SEAT_WIDTH);
    this.seats.forEach((seat, number) => {
      const place = (number - this.rotation + count) % count;
      seat.place(layout.seats[place], place === 0 ? layout.ownWidth : layout.seatWidth, layout);
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
    setText(place, `Pot ${chips(total)}`);
    const several = pots.length > 1;
    byId("side-pots").hidden = !several;
    const names = pots.map((amount, index) => `${index ? `Side ${index}` : "Main"} ${chips(amount)}`);
    setText(byId("side-pots"), several ? names.join(" · ") : "");
  }

  /** @param {Scene} scene */
  renderResult({ table, memory }) {
    const won = resultInWords(memory.awards);
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
    for (const seat of this.seats) seat.tick(turn?.seat === seat.number ? turn : null, now);
  }

  /**
   * Show for a while what someone says.
   * @param {number} seat
   * @param {string} text
   */
  speak(seat, text) {
    this.seats[seat]?.speak(text);
  }
}

/**
 * All chips in the middle or in front of players, and the pots that have been formed.
 * @param {Hand|null} hand
 */
export function potsOf(hand) {
  if (!hand) return { total: 0, pots: [] };
  const pots = hand.pots.map((pot) => pot.amount);
  const bets = sum(hand.seats.map((seat) => seat?.bet ?? 0));
  const inPots = sum(hand.seats.map((seat) => seat?.in_pots ?? 0)) + hand.dead;
  return { total: bets + (pots.length ? sum(pots) : inPots), pots: pots.filter(Boolean) };
}

/** @param {TableState} table */
function waitingText(table) {
  return table.next_hand_at_ms === null ? "Waiting for players" : "Next hand in a moment";
}

/** @param {number[]} amounts */
function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0);
}
