/**
 * How the cards of one hand lie beside each other: apart while there is room, then like a fan, the
 * face-down ones of others closest. Pure geometry, in card widths' pixels.
 */

const GAP = 3;
/** How much of a covered card stays in sight at least, in card widths: its rank is readable. */
const LEAST_OPEN = 0.36;
const LEAST_BACK = 0.2;
/** From here on a card's corner has to tell rank and suit. */
const TIGHT = 0.8;

/**
 * @param {string[]} cards from the left, `??` where one lies face down
 * @param {number} cardWidth
 * @param {number} room how wide they may be together
 * @returns {{steps: number[], width: number, tight: boolean}} `steps` from each card to the next
 */
export function spaceCards(cards, cardWidth, room) {
  const covered = cards.slice(0, -1);
  const backs = covered.filter((card) => card === "??").length;
  const open = covered.length - backs;
  const apart = cardWidth + GAP;
  // Where there are only two cards, both backs may be seen in full.
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

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
