/**
 * Spacing of the cards of one hand: side by side if there is room, else overlapping, with face-down
 * cards closest together. Pure geometry; all values are in pixels.
 */

import { CARD_GAP as GAP, LEAST_OPEN } from "./drawing/sizes.js";
import { clamp } from "./layout.js";

const LEAST_BACK = 0.2;
/** Below this visible part, in card widths, the corner shows rank and suit. */
const TIGHT = 0.8;

/**
 * @param {string[]} cards from the left, `??` for a face-down card
 * @param {number} cardWidth
 * @param {number} room the available width
 * @returns {{steps: number[], width: number, tight: boolean}} `steps` from each card to the next
 */
export function spaceCards(cards, cardWidth, room) {
  const covered = cards.slice(0, -1);
  const backs = covered.filter((card) => card === "??").length;
  const open = covered.length - backs;
  const apart = cardWidth + GAP;
  // With only two cards, both backs are fully visible.
  const widest = cards.length > 2 ? cardWidth * 0.45 : apart;
  const spare = room - cardWidth;
  const even = covered.length ? spare / covered.length : 0;
  const back = clamp(open ? Math.min(even, cardWidth * 0.3) : even, cardWidth * LEAST_BACK, widest);
  const forOpen = open ? (spare - backs * back) / open : 0;
  const step = clamp(forOpen, cardWidth * LEAST_OPEN, apart);
  const steps = covered.map((card) => (card === "??" ? back : step));
  const width = cardWidth + steps.reduce((sum, each) => sum + each, 0);
  return { steps, width, tight: open > 0 && step < cardWidth * TIGHT };
}
