/**
 * Positions and sizes on a table of any size. Pure geometry; all values are in pixels.
 *
 * The viewer sits at the bottom; the others sit along the sides, the top and beside the viewer. Of
 * all such arrangements the one with the largest sizes is taken in which no seat, bet, board or text
 * meets another one.
 */

import { betSpots } from "./drawing/bet-spots.js";
import { boardHeight, boardWidth, centreBoxes, meet, seatBox, sizesAt } from "./drawing/sizes.js";

/** @typedef {import("./drawing/sizes.js").Point} Point */
/** @typedef {import("./drawing/sizes.js").Box} Box */
/** @typedef {import("./drawing/sizes.js").Sizes} Sizes */
/** @typedef {import("./drawing/sizes.js").Wanted} Wanted */
/** @typedef {import("./drawing/sizes.js").CardSteps} CardSteps */
/** @typedef {"left"|"middle"|"right"} Side */
/** @typedef {Point & {side: Side}} Plate its centre */

/** How many of the others sit at the top, at each side, and at the bottom on each side of the viewer. */
/** @typedef {{top: number, sides: number, bottom: number}} Arrangement */

/**
 * @typedef {object} Choice how a table is laid out
 * @property {number} step of all sizes
 * @property {number} spread of the viewer's cards
 * @property {Arrangement} arrangement
 * @property {number} bend
 * @property {number} start
 * @property {CardSteps} [cardSteps]
 * @property {number} [shift] of the middle
 */

/**
 * @typedef {object} Places
 * @property {Choice} choice
 * @property {{left: number, top: number, width: number, height: number, radius: number}} felt
 * @property {Point} centre the centre of the boards
 * @property {Point} pot
 * @property {number} wordsWidth the room for what the viewer's cards make
 * @property {number} innerWidth the width of the texts in the middle
 * @property {boolean} fits whether nothing meets anything
 * @property {(Plate & {bet: Point})[]} seats clockwise from the bottom
 */
/** @typedef {Sizes & Places} Layout */

const MOST_ARRANGEMENTS = 8;
/** From the tightest sizes to the largest ones, and beyond them on wide screens. */
const STEPS = [
  ...[-1, -0.5, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ...[1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5, 1.55, 1.6],
];
/** How far the ends of the sides move in, in seat widths, for a round table. */
const BENDS = [0.5, 0.25, 0];
/** Where the first side seat is between the top and the bottom row; the last one is opposite. */
const SIDE_STARTS = [0.24, 0.12, 0, 0.34];
const SPREADS = [1, 0];
/** Where the middle is in its room, from its centre, in parts of what is free. */
const SHIFTS = [0, 0.1, -0.1, 0.2, -0.2, 0.3, -0.3, 0.4, -0.4];
/** The least visible part of an own card that is enlarged. */
const LEAST_FINGER = 28;
/** How much of the width a board may take. */
const BOARD_PART = 0.74;
/** By how much the viewer's cards may be larger than the board's, in steps. */
const OWN_AHEAD = 0.3;

/**
 * @param {Wanted} wanted
 * @returns {Layout}
 */
export function layOut(wanted) {
  const arrangements = arrangementsOf(wanted);
  /** @type {Layout|null} */
  let best = null;
  // What fits in large sizes fits in smaller ones, with few exceptions.
  let [low, high] = [0, STEPS.length - 1];
  while (low <= high) {
    const middle = Math.ceil((low + high) / 2);
    const found = atSize(wanted, STEPS[middle], arrangements);
    if (found) {
      best = found;
      low = middle + 1;
    } else high = middle - 1;
  }
  if (!best) return place(wanted, { step: -1, spread: 0, arrangement: arrangements[0], bend: 0, start: 0 });
  return withLargeCards(wanted, best);
}

/**
 * The same places with larger cards of the viewer and on the boards, where there is room for them.
 * @param {Wanted} wanted
 * @param {Layout} layout
 * @returns {Layout}
 */
function withLargeCards(wanted, layout) {
  const { step } = layout.choice;
  if (step < 0) return layout;
  const larger = STEPS.filter((each) => each > step && each <= 1).reverse();
  const both = firstThatFits(wanted, layout, larger.map((each) => ({ own: each, board: each }))) ?? layout;
  const own = both.choice.cardSteps?.own ?? step;
  const higher = larger.filter((each) => each > own);
  const boards = firstThatFits(wanted, layout, higher.map((board) => ({ own, board }))) ?? both;
  const board = boards.choice.cardSteps?.board ?? step;
  const ahead = higher.filter((each) => each <= board + OWN_AHEAD);
  return firstThatFits(wanted, layout, ahead.map((each) => ({ own: each, board }))) ?? boards;
}

/**
 * @param {Wanted} wanted
 * @param {Layout} layout
 * @param {CardSteps[]} wishes the largest first
 * @returns {Layout|null}
 */
function firstThatFits(wanted, { choice, isCompact }, wishes) {
  // On a phone, a board between the rows of the side seats is wider than one between the seats, and
  // there is room for it if these are at the edge.
  const bend = isCompact ? 0 : choice.bend;
  const starts = isCompact && choice.arrangement.sides > 1 ? SIDE_STARTS : [choice.start];
  for (const cardSteps of wishes) {
    for (const spread of wanted.cards > 2 ? SPREADS : [1]) {
      const sizes = sizesAt(wanted, choice.step, spread, cardSteps);
      if (isTooWide(wanted, sizes) || areTooClose(wanted, sizes)) continue;
      for (const start of starts) {
        for (const shift of SHIFTS) {
          const found = place(wanted, { ...choice, spread, bend, start, cardSteps, shift });
          if (found.fits) return found;
        }
      }
    }
  }
  return null;
}

/**
 * Whether a finger would not find one of the viewer's cards.
 * @param {Wanted} wanted
 * @param {Sizes} sizes
 */
function areTooClose({ cards }, { ownFanWidth, ownCardWidth }) {
  return cards > 2 && (ownFanWidth - ownCardWidth) / (cards - 1) < LEAST_FINGER;
}

/**
 * Whether a board would lie beyond the felt.
 * @param {Wanted} wanted
 * @param {Sizes} sizes
 */
function isTooWide({ width }, sizes) {
  return boardWidth(sizes) > BOARD_PART * width;
}

/**
 * @param {Wanted} wanted
 * @param {number} step
 * @param {Arrangement[]} arrangements
 * @returns {Layout|null}
 */
function atSize(wanted, step, arrangements) {
  // Cards that overlap are not worth a larger table.
  for (const spread of wanted.cards > 2 && step <= 1 ? SPREADS : [1]) {
    if (step > 0 && isTooWide(wanted, sizesAt(wanted, step, spread))) continue;
    for (const arrangement of arrangements) {
      const found = fitting(wanted, step, spread, arrangement);
      if (found) return found;
    }
  }
  return null;
}

/**
 * @param {Wanted} wanted
 * @param {number} step
 * @param {number} spread
 * @param {Arrangement} arrangement
 * @returns {Layout|null}
 */
function fitting(wanted, step, spread, arrangement) {
  const starts = arrangement.sides > 1 ? SIDE_STARTS : [0];
  for (const bend of BENDS) {
    for (const start of starts) {
      const layout = place(wanted, { step, spread, arrangement, bend, start });
      if (layout.fits) return layout;
    }
  }
  return null;
}

/**
 * All arrangements, those first that spread the seats evenly along the edge.
 * @param {Wanted} wanted
 * @returns {Arrangement[]}
 */
function arrangementsOf({ seats, width, height }) {
  const others = seats - 1;
  const share = (others * width) / (2 * (width + height));
  /** @param {Arrangement} arrangement */
  const cost = ({ top, bottom }) => Math.abs(top - share) + Math.abs(2 * bottom - (share - 1));
  /** @type {Arrangement[]} */
  const found = [];
  for (let bottom = 0; 2 * bottom <= others; bottom += 1) {
    for (let sides = 0; 2 * (bottom + sides) <= others; sides += 1) {
      found.push({ top: others - 2 * (bottom + sides), sides, bottom });
    }
  }
  return found.sort((one, other) => cost(one) - cost(other)).slice(0, MOST_ARRANGEMENTS);
}

/**
 * @param {Wanted} wanted
 * @param {Choice} choice
 * @returns {Layout}
 */
function place(wanted, choice) {
  const { width, height } = wanted;
  const { step, spread, arrangement, bend, start, cardSteps, shift = 0 } = choice;
  const sizes = sizesAt(wanted, step, spread, cardSteps);
  const plates = platesOf(wanted, sizes, arrangement, bend, start);
  const boxes = plates.map((plate, at) => seatBox(sizes, plate, at ? plate.side : "own"));
  const middle = centreBetween(boxes, sizes, wanted, shift);
  const middles = centreBoxes(sizes, middle);
  const screen = { left: -1, top: -1, right: width + 1, bottom: height + 1 };
  const apart =
    boxes.every((one, at) => inside(one, screen, sizes.dealer) && !boxes.slice(at + 1).some((other) => meet(one, other))) &&
    middles.every((box) => inside(box, screen, 0) && !boxes.some((one) => meet(one, box)));
  const spots = apart || sizes.isTight ? spotsOf(plates, boxes, middles, sizes, wanted) : null;
  return {
    ...sizes,
    choice,
    fits: apart && spots !== null,
    wordsWidth: wordsWidth(boxes, plates[0], wanted),
    innerWidth: Math.max(...middles.map((box) => box.right - box.left)) - 8,
    centre: middle,
    pot: { x: middle.x, y: middles[0].top + sizes.potHeight / 2 },
    felt: feltBehind(wanted, sizes, arrangement),
    seats: plates.map((plate, at) => ({ ...plate, bet: spots?.[at] ?? plate })),
  };
}

/**
 * Where the bets lie: in front of the seats, and on a tight screen in the place of their tags.
 * @param {Plate[]} plates
 * @param {Box[]} boxes
 * @param {Box[]} middles
 * @param {Sizes} sizes
 * @param {Wanted} wanted
 */
function spotsOf(plates, boxes, middles, sizes, wanted) {
  if (!sizes.isTight) return betSpots(boxes, sizes.bet, middles, wanted);
  const down = (sizes.seatHeight + sizes.tagHeight) / 2;
  return plates.map(({ x, y }) => ({ x, y: y + down }));
}

/**
 * The room for the words below the viewer's plate, between the neighbours.
 * @param {Box[]} boxes
 * @param {Point} plate
 * @param {Wanted} wanted
 */
function wordsWidth([own, ...others], plate, { width }) {
  const beside = others.filter((box) => box.bottom > own.bottom - 20);
  const rooms = beside.map((box) => Math.min(Math.abs(box.left - plate.x), Math.abs(box.right - plate.x)));
  return 2 * Math.min(width / 2, ...rooms) - 8;
}

/**
 * @param {Box} box
 * @param {Box} area
 * @param {number} spare by how much it may leave the area at the sides
 */
function inside(box, area, spare) {
  return (
    box.left >= area.left - spare &&
    box.right <= area.right + spare &&
    box.top >= area.top &&
    box.bottom <= area.bottom
  );
}

/**
 * The centres of the plates, clockwise from the bottom.
 * @param {Wanted} wanted
 * @param {Sizes} sizes
 * @param {Arrangement} arrangement
 * @param {number} bend
 * @param {number} start
 * @returns {Plate[]}
 */
function platesOf({ width, height }, sizes, arrangement, bend, start) {
  const { seatWidth, seatHeight, margin, fanWidth } = sizes;
  const middle = width / 2;
  const top = margin + sizes.cardLift + seatHeight / 2;
  const bottom = height - sizes.tagHeight - seatHeight / 2 - 1;
  const edge = margin + seatWidth / 2;
  const ownHalf = Math.max(sizes.ownWidth, sizes.ownFanWidth) / 2;
  const half = Math.max(1, (bottom - top) / 2);

  const beside = range(arrangement.bottom, (at) => {
    const room = middle - margin - ownHalf;
    return { away: ownHalf + (room * (at + 0.5)) / arrangement.bottom, y: bottom };
  });
  const sides = range(arrangement.sides, (at) => {
    const { sides: count, top: opposite, bottom: near } = arrangement;
    // Side seats leave the row that others sit in.
    const alone = opposite && !near ? 0.46 : near && !opposite ? 0.4 : 0.45;
    const along = count > 1 ? start + ((1 - 2 * start) * at) / (count - 1) : alone;
    const y = bottom - (bottom - top) * (count > 1 ? along : 1 - alone);
    const inwards = bend * seatWidth * ((y - (top + half)) / half) ** 2;
    return { away: middle - edge - inwards, y };
  });
  const above = range(arrangement.top, (at) => {
    const count = arrangement.top;
    const room = width - 2 * margin - Math.max(seatWidth, fanWidth);
    const span = room * (arrangement.sides ? (count - 1) / Math.max(1, count) : 1);
    const x = count > 1 ? middle - span / 2 + (span * at) / (count - 1) : middle;
    const down = 0.35 * bend * seatHeight * ((x - middle) / middle) ** 2 * 4;
    return { x, y: top + (arrangement.sides ? down : 0), side: sideOf(0) };
  });
  const left = [...beside.map((one) => ({ ...one, side: sideOf(0) })), ...sides.map((one) => ({ ...one, side: sideOf(-1) }))];
  const right = [...left].reverse().map((one) => ({ ...one, side: one.side === "left" ? sideOf(1) : one.side }));
  return [
    { x: middle, y: bottom, side: sideOf(0) },
    ...left.map(({ away, y, side }) => ({ x: middle - away, y, side })),
    ...above,
    ...right.map(({ away, y, side }) => ({ x: middle + away, y, side })),
  ];
}

/**
 * The centre of the boards: in the middle of what is free between the seats above and the viewer.
 * @param {Box[]} boxes
 * @param {Sizes} sizes
 * @param {Wanted} wanted
 * @param {number} shift down, in parts of what is free
 * @returns {Point}
 */
function centreBetween([own, ...others], sizes, { width, height }, shift) {
  const half = Math.max(...centreBoxes(sizes, { x: 0, y: 0 }).map((box) => box.right));
  const above = others.filter(
    (box) => box.left < width / 2 + half && width / 2 - half < box.right && box.bottom < height * 0.55,
  );
  const from = Math.max(sizes.margin, ...above.map((box) => box.bottom));
  const [pot, note] = [sizes.potHeight + 8, sizes.noteHeight + 8];
  const free = own.top - from - pot - note - boardHeight(sizes);
  return { x: width / 2, y: from + pot + free * (0.5 + shift) + boardHeight(sizes) / 2 };
}

/**
 * @param {Wanted} wanted
 * @param {Sizes} sizes
 * @param {Arrangement} arrangement
 */
function feltBehind({ width, height }, sizes, { sides }) {
  const { seatWidth, seatHeight, margin } = sizes;
  const left = margin + (sides ? seatWidth * 0.36 : seatWidth * 0.1);
  const top = margin + sizes.cardLift + seatHeight * 0.3;
  const felt = { left, top, width: width - 2 * left, height: height - top - seatHeight * 0.7 - sizes.tagHeight };
  return { ...felt, radius: Math.min(felt.width, felt.height) * (width > height ? 0.5 : 0.4) };
}

/**
 * @template T
 * @param {number} count
 * @param {(at: number) => T} make
 * @returns {T[]}
 */
function range(count, make) {
  return Array.from({ length: count }, (_, at) => make(at));
}

/**
 * @param {number} direction
 * @returns {Side}
 */
function sideOf(direction) {
  return direction < 0 ? "left" : direction > 0 ? "right" : "middle";
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
