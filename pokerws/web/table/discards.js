/**
 * The own cards that are chosen to be thrown away, while it is the own turn to draw or discard.
 */

/** @typedef {import("../model/table-read.js").Turn} Turn */
/** @typedef {import("../model/table-state.js").TableState} TableState */

export class Discards {
  /** @param {() => void} changed called when another choice was made */
  constructor(changed) {
    this.changed = changed;
    /** @type {string[]} in the order in which they were chosen */
    this.cards = [];
    /** @type {Turn|null} the own turn to draw or discard */
    this.turn = null;
    this.key = "";
    /** @type {string[]} */
    this.held = [];
    /** @param {string} card */
    this.choose = (card) => this.toggle(card);
  }

  /**
   * Forget what was chosen when it was for another turn.
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
   * Choose a card, or let go of one; where no more can be chosen, the earliest choice goes.
   * @param {string} card
   */
  toggle(card) {
    if (!this.turn) return;
    const others = this.cards.filter((chosen) => chosen !== card);
    const wasChosen = others.length < this.cards.length;
    this.cards = wasChosen ? others : [...others, card].slice(-this.turn.discard_max);
    this.changed();
  }

  /** Whether as many are chosen as may be thrown away. */
  areEnough() {
    const least = Math.max(1, this.turn?.discard_min ?? 1);
    return this.turn !== null && this.cards.length >= least;
  }
}
