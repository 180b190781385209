/**
 * Renders the table: felt, seats, boards, pots, and the clock of the seat to act.
 */

import { describeRotation, gameAt, variant } from "../model/games.js";
import { describeResult } from "../model/narration.js";
import { showCards } from "../ui/cards.js";
import { byId, make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { winningCards } from "./drawing/hand-words.js";
import { Motion, motionFactor } from "./drawing/motion.js";
import { PotsView } from "./drawing/pots-view.js";
import { rabbitCards } from "./extras/house-rules.js";
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
  "--board-gap": "boardGap",
  "--between-boards": "betweenBoards",
  "--fan-width": "fanWidth",
  "--pot-height": "potHeight",
  "--words-width": "wordsWidth",
  "--inner-width": "innerWidth",
});

export class Stage {
  /** @param {import("./seat.js").SeatCommands} commands */
  constructor(commands) {
    this.commands = commands;
    this.root = byId("table");
    /** @type {SeatView[]} */
    this.seats = [];
    this.rotation = 0;
    // The layout depends on these, beside the size.
    this.game = { cards: 2, hasUpCards: false, boards: 1, boardCards: 5, noteLength: 0 };
    this.layoutKey = "";
    // The sizes are read only here, when the browser has them anyway.
    this.width = this.height = 0;
    this.scale = 1;
    /** @type {import("./layout.js").Layout|null} */
    this.layout = null;
    this.pots = new PotsView();
    this.motion = new Motion(byId("moving-chips"));
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width !== this.width) document.body.classList.remove("tall-table");
      this.width = contentRect.width;
      this.height = contentRect.height;
      this.scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      this.arrange();
    }).observe(this.root);
  }

  clear() {
    byId("seats").replaceChildren();
    byId("board").replaceChildren();
    byId("extra-boards").replaceChildren();
    this.seats = [];
    this.layoutKey = "";
    byId("result").replaceChildren();
    byId("result").dataset.key = "";
    byId("result").classList.remove("won");
    this.pots.hide();
    this.motion.clear();
    document.body.classList.remove("tall-table");
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
    this.renderBoards(table, hand);
    this.renderWinners(scene, hand);
    this.pots.render(table);
    this.renderResult(scene);
    this.root.style.setProperty("--motion", String(motionFactor()));
    this.motion.play(this.layout, (seat) => this.placeOf(seat));
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
    const note = noteOf(table);
    setText(byId("game-note"), note);
    this.game = {
      cards: down + up,
      hasUpCards: up > 0,
      boards,
      boardCards: board || (hand?.board.length ?? 0),
      noteLength: note.length,
    };
    this.arrange();
  }

  /**
   * @param {TableState} table
   * @param {Hand|null} hand
   */
  renderBoards(table, hand) {
    const extra = byId("extra-boards");
    const boards = hand?.extra_boards ?? [];
    while (extra.children.length > boards.length) extra.lastElementChild.remove();
    boards.forEach((cards, index) => {
      if (!extra.children[index]) extra.append(makeBoard(index + 2));
      showBoard(extra.children[index], cards, rabbitCards(table, index + 1));
    });
    showBoard(byId("board"), hand?.board ?? [], rabbitCards(table, 0));
  }

  /**
   * Mark the cards that won, and dim the others on the boards.
   * @param {Scene} scene
   * @param {Hand|null} hand
   */
  renderWinners({ memory }, hand) {
    const won = hand && memory.wins.length ? winningCards(hand, memory.wins) : null;
    this.root.toggleAttribute("data-won", Boolean(won?.size));
    const places = [byId("boards"), ...this.seats.map((seat) => seat.cards)];
    for (const place of places) {
      for (const card of place.querySelectorAll(".card")) {
        card.toggleAttribute("data-won", won?.has(card.dataset.card) ?? false);
      }
    }
  }

  /**
   * Note what an event moves. Call it before the event is applied.
   * @param {TableState} table
   * @param {import("../client/state/table-state.js").TableEvent} event
   */
  note(table, event) {
    this.motion.note(table, event);
  }

  /** @param {number} seat */
  placeOf(seat) {
    return (seat - this.rotation + this.seats.length) % this.seats.length;
  }

  /**
   * Create the seats and rotate the table so that seat `atBottom` is at the bottom.
   * @param {number} count
   * @param {number} atBottom
   */
  seatPlayers(count, atBottom) {
    if (this.seats.length === count && this.rotation === atBottom) return;
    if (this.seats.length !== count) {
      this.layoutKey = "";
      this.seats = Array.from({ length: count }, (_, number) => new SeatView(number, this.commands));
      byId("seats").replaceChildren(...this.seats.map((seat) => seat.root));
    }
    this.rotation = atBottom;
    this.arrange();
  }

  /** Place all parts for the current size. */
  arrange() {
    const { width, height, scale, game } = this;
    const count = this.seats.length;
    if (!count || !width || !height) return;
    const wanted = { width, height, scale, seats: count, ...game };
    const key = JSON.stringify([wanted, this.rotation]);
    if (key === this.layoutKey) return;
    this.layoutKey = key;
    const layout = layOut(wanted);
    this.layout = layout;
    for (const [property, name] of Object.entries(SIZES)) {
      this.root.style.setProperty(property, `${layout[name]}px`);
    }
    this.root.style.setProperty("--zoom", String(layout.zoom));
    this.root.style.setProperty("--covered", String(layout.covered));
    this.root.style.setProperty("--boards", String(game.boards));
    this.root.dataset.boards = String(game.boards);
    this.root.toggleAttribute("data-compact", layout.isCompact);
    this.root.toggleAttribute("data-tight", layout.isTight);
    if (!layout.fits) document.body.classList.add("tall-table");
    this.seats.forEach((seat, number) => seat.place(layout, this.placeOf(number)));
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

  /** @param {Scene} scene */
  renderResult({ table, memory }) {
    const won = describeResult(memory.awards);
    const lines = won.length || table.hand ? won : [];
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

/**
 * @param {HTMLElement} place
 * @param {string[]} cards
 * @param {string[]} rabbit those that would have come
 */
function showBoard(place, cards, rabbit) {
  showCards(place, [...cards, ...rabbit]);
  for (const [index, card] of [...place.children].entries()) {
    card.toggleAttribute("data-rabbit", index >= cards.length);
  }
}

/** @param {number} number */
function makeBoard(number) {
  return make("div", { class: "board", role: "group", "aria-label": t("table.board_number", { number }) });
}

/**
 * What the middle says of the game.
 * @param {TableState} table
 */
function noteOf(table) {
  const bomb = table.hand?.bomb_pot ? t("table.bomb_pot") : "";
  return [bomb, describeRotation(table)].filter(Boolean).join(" · ");
}
