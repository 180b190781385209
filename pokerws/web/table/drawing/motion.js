/**
 * Chips that move from the bets to the pot and from the pot to the winners. It only decorates: the
 * state is drawn at once, and nothing waits for it.
 */

import { setting } from "../../model/settings.js";
import { make } from "../../ui/dom.js";

/** @typedef {import("./sizes.js").Point} Point */
/** @typedef {import("../layout.js").Layout} Layout */
/** @typedef {import("../../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {{seat: number, toPot: boolean}} Move */

const MOVE_MS = 420;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

const FACTORS = { off: 0, fast: 0.5, normal: 1, slow: 2 };

/** The factor of all durations; 0 if nothing is to move. */
export function motionFactor() {
  return reducedMotion.matches ? 0 : FACTORS[setting("animation_speed")];
}

export class Motion {
  /** @param {HTMLElement} layer over the table, which takes no clicks */
  constructor(layer) {
    this.layer = layer;
    /** @type {Move[]} what moves in the next frame */
    this.moves = [];
  }

  /**
   * Note what an event moves. Call it before the event is applied.
   * @param {TableState} table
   * @param {TableEvent} event
   */
  note(table, event) {
    if (event.type === "bets_collected") {
      const seats = table.hand?.seats ?? [];
      seats.forEach((part, seat) => part?.bet && this.moves.push({ seat, toPot: true }));
    } else if (event.type === "pot_awarded") {
      for (const { seat } of event.shares) this.moves.push({ seat, toPot: false });
    }
  }

  clear() {
    this.moves = [];
    this.layer.replaceChildren();
  }

  /**
   * Start the noted moves.
   * @param {Layout|null} layout
   * @param {(seat: number) => number} placeOf the place of a seat, clockwise from the bottom
   */
  play(layout, placeOf) {
    const moves = this.moves;
    this.moves = [];
    const factor = motionFactor();
    if (!layout || !factor || document.hidden) return;
    for (const { seat, toPot } of moves) {
      const spot = layout.seats[placeOf(seat)];
      if (!spot) continue;
      if (toPot) this.move(spot.bet, layout.pot, factor);
      else this.move(layout.pot, spot, factor);
    }
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {number} factor
   */
  move(from, to, factor) {
    const chip = make("i", { class: "chip-stack" });
    this.layer.append(chip);
    const at = (/** @type {Point} */ { x, y }) => `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    const moved = chip.animate(
      [
        { transform: at(from), opacity: 1 },
        { transform: at(to), opacity: 1, offset: 0.9 },
        { transform: at(to), opacity: 0 },
      ],
      { duration: MOVE_MS * factor, easing: "cubic-bezier(.3,.1,.2,1)", fill: "both" },
    );
    moved.onfinish = moved.oncancel = () => chip.remove();
  }
}
