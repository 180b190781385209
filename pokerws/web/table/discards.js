/**
 * The cards that the viewer has selected to discard, during a turn to draw or discard.
 */

/** @typedef {import("../client/state/table-read.js").Turn} Turn */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */

export class Discards {
  /** @param {() => void} changed called when the selection changes */
  constructor(changed) {
    this.changed = changed;
    /** @type {string[]} in the order of selection */
    this.cards = [];
    /** @type {Turn|null} the viewer's turn to draw or discard */
    this.turn = null;
    this.key = "";
    /** @type {string[]} */
    this.held = [];
    /** @param {string} card */
    this.choose = (card) => this.toggle(card);
  }

  /**
   * Follow the table's turn, and clear the selection of an earlier one.
   * @param {TableState} table
   * @param {number|null} own
   */
  follow(table, own) {
    const turn = table.hand?.turn ?? null;
    this.turn = turn && turn.seat === own && turn.actions.includes("discard") ? turn : null;
    this.held = (this.turn && own !== null && table.hand?.seats[own]?.cards) || [];
    const key = this.turn ? `${table.id}/${this.turn.number}` : "";
    if (key !== this.key) this.cards = [];
    this.key = key;
  }

  /**
   * Select or deselect a card; beyond the maximum, the earliest selection is dropped.
   * @param {string} card
   */
  toggle(card) {
    if (!this.turn) return;
    const others = this.cards.filter((chosen) => chosen !== card);
    const wasChosen = others.length < this.cards.length;
    this.cards = wasChosen ? others : [...others, card].slice(-this.turn.discard_max);
    this.changed();
  }

  /** Whether enough cards are selected to discard. */
  areEnough() {
    const least = Math.max(1, this.turn?.discard_min ?? 1);
    return this.turn !== null && this.cards.length >= least;
  }
}
