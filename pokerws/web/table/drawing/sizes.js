/**
 * Sizes of the parts of a table between the smallest and the largest, and the rectangles that they
 * take. Pure geometry; all values are in pixels.
 */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/**
 * @typedef {object} Wanted
 * @property {number} width
 * @property {number} height
 * @property {number} seats
 * @property {number} cards the maximum that a player holds in this game
 * @property {number} boards the number of boards; 0 in games without
 * @property {number} [boardCards] the cards of each board
 * @property {boolean} [hasUpCards] whether players hold cards that are up, which stand out
 * @property {number} [scale] the size of the page's text, 1 for 16 pixels
 * @property {number} [noteLength] the letters of the note below the boards
 */

const CARD_RATIO = 1.4;
/** The least visible part of a covered card, in card widths, so that its rank is readable. */
export const LEAST_OPEN = 0.36;
export const CARD_GAP = 3;
/** Seats narrower than this have no avatar, and small bets. */
const COMPACT_SEAT_WIDTH = 112;
/** By how much cards that are up or chosen stand out, in card widths. */
const UP_LIFT = 0.16;
const NOTE_LETTER_WIDTH = 6.8;
const NOTE_LINE_HEIGHT = 17;

/** On a tight screen, small and large: each before the page's scale. */
const RANGES = /** @type {const} */ ({
  seatWidth: [72, 76, 152],
  seatHeight: [36, 37, 54],
  cardWidth: [27, 32, 62],
  ownCardWidth: [36, 40, 88],
  ownPlateWidth: [136, 150, 190],
  boardCardWidth: [25, 30, 88],
  boardGap: [2, 4, 6],
  // On a tight screen, boards cover the lower part of those above them.
  betweenBoards: [-9, 5, 7],
  margin: [1, 4, 10],
  dealer: [3, 7, 8],
  potHeight: [25, 27, 30],
  // The least width of the middle, for the pots.
  middleWidth: [126, 142, 220],
  // The part of an opponent's card that is visible above the plate, in percent.
  peek: [44, 56, 86],
});
/** Scale of the board cards, by the number of boards. */
const BOARD_SCALES = [1, 1, 0.86, 0.8];

/** @typedef {ReturnType<typeof sizesAt>} Sizes */
/** The steps of the viewer's cards and of the boards, which are looked at most. */
/** @typedef {{own: number, board: number}} CardSteps */

/**
 * @param {Wanted} wanted
 * @param {number} step from 0 (the smallest sizes) to 1; -1 on a tight screen; above 1, by how much
 *   everything grows, the text too
 * @param {number} spread from 0 (the viewer's cards as close as they are readable) to 1
 * @param {CardSteps} cardSteps
 */
export function sizesAt(wanted, step, spread, cardSteps = { own: step, board: step }) {
  const { cards, boards, boardCards = 5, hasUpCards, noteLength = 0, width } = wanted;
  const [large, zoom] = [Math.min(1, step), Math.max(1, step)];
  const scale = (wanted.scale ?? 1) * zoom;
  /**
   * @param {keyof typeof RANGES} name
   * @param {number} [at]
   */
  const sized = (name, at = large) => Math.round(sizeAt(RANGES[name], Math.min(1, at)) * scale);
  const [seatWidth, cardWidth, ownCardWidth] = [
    sized("seatWidth"),
    sized("cardWidth"),
    sized("ownCardWidth", cardSteps.own),
  ];
  const boardScale = BOARD_SCALES[boards] ?? 0.8;
  const boardCardWidth = Math.max(24 * scale, Math.round(sized("boardCardWidth", cardSteps.board) * boardScale));
  const peek = sizeAt(RANGES.peek, large) / 100;
  const isCompact = seatWidth < COMPACT_SEAT_WIDTH * scale;
  const closest = ownCardWidth * (1 + (cards - 1) * LEAST_OPEN);
  const widest = Math.max(closest, cards * (ownCardWidth + CARD_GAP));
  const ownWidth = sized("ownPlateWidth");
  // Above the plate there is room for them, and so fingers find each of five cards.
  const narrowest = Math.max(closest, Math.min(ownWidth, widest));
  const noteWidth = Math.min(noteLength * NOTE_LETTER_WIDTH * scale, 0.42 * width);
  const noteLines = noteLength ? Math.ceil((noteLength * NOTE_LETTER_WIDTH * scale) / noteWidth) : 0;
  return {
    zoom,
    seatWidth,
    seatHeight: sized("seatHeight"),
    cardWidth,
    ownCardWidth,
    ownWidth,
    boardCardWidth,
    boardGap: sized("boardGap"),
    betweenBoards: sized("betweenBoards"),
    boards,
    boardCards,
    isCompact,
    isTight: large < 0,
    covered: 1 - peek,
    cardLift: cardWidth * (CARD_RATIO * peek + (hasUpCards ? UP_LIFT : 0)) + 2,
    // The cards that the viewer picks, or that are up, stand out at the top.
    ownCardLift: ownCardWidth * CARD_RATIO + 3 + (cards > 2 ? ownCardWidth * UP_LIFT : 0),
    fanWidth: Math.max(seatWidth, Math.ceil(cardWidth * (1 + (cards - 1) * LEAST_OPEN)) + 2),
    ownFanWidth: between([narrowest, widest], spread),
    tagHeight: 15 * scale,
    margin: sized("margin"),
    potHeight: sized("potHeight"),
    middleWidth: sized("middleWidth"),
    noteWidth,
    noteHeight: noteLines * NOTE_LINE_HEIGHT * scale,
    bet: isCompact ? { x: 66 * scale, y: 21 * scale } : { x: 98 * scale, y: 27 * scale },
    dealer: sized("dealer"),
  };
}

/** @param {Sizes} sizes */
export function boardHeight({ boardCardWidth, boards, betweenBoards }) {
  return boardCardWidth * CARD_RATIO * boards + betweenBoards * Math.max(0, boards - 1);
}

/** @param {Sizes} sizes */
export function boardWidth({ boardCardWidth, boards, boardCards, boardGap }) {
  return boards ? boardCardWidth * boardCards + boardGap * 4 : 0;
}

/**
 * The pot above; the boards with the note below.
 * @param {Sizes} sizes
 * @param {Point} centre of the boards
 * @returns {[Box, Box]}
 */
export function centreBoxes(sizes, centre) {
  const { boardGap, middleWidth, noteHeight, noteWidth, potHeight } = sizes;
  const halfPot = middleWidth / 2 + boardGap;
  const half = Math.max(boardWidth(sizes), noteHeight ? noteWidth : 0) / 2 + boardGap;
  const halfBoard = boardHeight(sizes) / 2;
  const top = centre.y - halfBoard - 4;
  return [
    { left: centre.x - halfPot, right: centre.x + halfPot, top: top - potHeight - 4, bottom: top },
    { left: centre.x - half, right: centre.x + half, top, bottom: centre.y + halfBoard + 8 + noteHeight },
  ];
}

/**
 * What a seat takes: the plate with its cards above and its tag below.
 * @param {Sizes} sizes
 * @param {Point} plate its centre
 * @param {"left"|"middle"|"right"|"own"} side
 * @returns {Box}
 */
export function seatBox(sizes, plate, side) {
  const isOwn = side === "own";
  const half = (isOwn ? Math.max(sizes.ownWidth, sizes.ownFanWidth) : sizes.seatWidth) / 2;
  const fan = isOwn ? half : sizes.fanWidth - sizes.seatWidth / 2;
  const even = Math.max(half, sizes.fanWidth / 2);
  const reach = { left: [half, fan], right: [fan, half], middle: [even, even], own: [half, half] };
  const [left, right] = reach[side];
  const lift = isOwn ? sizes.ownCardLift : sizes.cardLift;
  return {
    left: plate.x - left - sizes.dealer,
    right: plate.x + right + sizes.dealer,
    top: plate.y - sizes.seatHeight / 2 - lift,
    bottom: plate.y + sizes.seatHeight / 2 + sizes.tagHeight,
  };
}

/**
 * @param {Box} one
 * @param {Box} other
 */
export function meet(one, other) {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

/**
 * @param {readonly [number, number, number]} range
 * @param {number} large
 */
function sizeAt([tight, small, most], large) {
  return large < 0 ? between([small, tight], -large) : between([small, most], large);
}

/**
 * @param {readonly [number, number]} range
 * @param {number} part
 */
function between([low, high], part) {
  return low + (high - low) * part;
}
