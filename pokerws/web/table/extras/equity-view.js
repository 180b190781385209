/**
 * Works out the equity of an all-in beside the drawing, in short pieces, so that no frame waits.
 */

import { allInOf, equityOf } from "../../model/cards/equity.js";
import { variant } from "../../model/games.js";
import { formatter } from "../../texts/texts.js";

/** @typedef {import("../../client/state/table-state.js").Hand} Hand */
/** @typedef {import("../../model/cards/equity.js").Equity} Equity */

/** A frame has 16 ms, and the drawing needs some. */
const PIECE_MS = 5;

export class EquityView {
  /** @param {() => void} changed called when it is known */
  constructor(changed) {
    this.changed = changed;
    this.key = "";
    /** @type {Equity|null} of the present cards */
    this.equity = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** @param {Hand|null} hand that is played */
  follow(hand) {
    // The cards of most hands are hidden, so look at them only where nobody is to act.
    const situation = hand && !hand.turn ? allInOf(hand, variant(hand.variant)) : null;
    const key = situation ? JSON.stringify([situation.holdings, situation.boards]) : "";
    if (key === this.key) return;
    this.key = key;
    this.equity = null;
    clearTimeout(this.timer);
    if (situation) this.work(equityOf(situation));
  }

  /** @param {Generator<Equity, Equity>} steps */
  work(steps) {
    this.timer = setTimeout(() => {
      const until = performance.now() + PIECE_MS;
      let step = steps.next();
      while (!step.done && performance.now() < until) step = steps.next();
      if (!step.done) return this.work(steps);
      this.equity = step.value;
      this.changed();
    });
  }

  /**
   * The share of the pot that a seat's cards are worth, such as `≈ 64 %`; empty if not known.
   * @param {number} seat
   */
  textOf(seat) {
    const share = this.equity?.shares.get(seat);
    if (share === undefined) return "";
    const percent = formatter("percent", (tag) => new Intl.NumberFormat(tag, { style: "percent" }));
    return `${this.equity?.exact ? "" : "≈ "}${percent.format(share)}`;
  }
}
