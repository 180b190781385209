/**
 * Places for the bets in front of the seats, clear of each other and of everything else. Pure
 * geometry; all values are in pixels.
 */

import { meet } from "./sizes.js";

/** @typedef {import("./sizes.js").Point} Point */
/** @typedef {import("./sizes.js").Box} Box */

const ANGLES = 16;
/** Farther away, a bet would seem to be somebody else's. */
const RINGS = 6;
const GAP = 3;
/** From a wanted place outwards, in heights of a bet. @type {Point[]} */
const OFFSETS = [{ x: 0, y: 0 }];
for (let ring = 1; ring <= RINGS; ring += 1) {
  for (let turn = 0; turn < ANGLES; turn += 1) {
    const angle = (2 * Math.PI * turn) / ANGLES;
    OFFSETS.push({ x: (Math.cos(angle) * ring) / 2, y: (Math.sin(angle) * ring) / 2 });
  }
}

/**
 * @param {Box[]} seats what each seat takes
 * @param {Point} size of a bet
 * @param {Box[]} middles what the pot and the boards take
 * @param {{width: number, height: number}} area
 * @returns {Point[]|null} the centre of each bet; null if there is no room
 */
export function betSpots(seats, size, middles, { width, height }) {
  const taken = [...seats, ...middles];
  /** @type {Point[]} */
  const spots = [];
  const [top, bottom] = [middles[0].top, middles[middles.length - 1].bottom];
  const middle = { x: (middles[0].left + middles[0].right) / 2, y: (top + bottom) / 2 };
  for (const seat of seats) {
    const wanted = wantedSpot(seat, size, middle);
    const spot = freeSpot(wanted, size, taken, width, height);
    if (!spot) return null;
    spots.push(spot);
    taken.push(boxAt(spot, size));
  }
  return spots;
}

/**
 * Right in front of a seat, towards the middle.
 * @param {Box} seat
 * @param {Point} size
 * @param {Point} middle
 * @returns {Point}
 */
function wantedSpot(seat, size, middle) {
  const from = { x: (seat.left + seat.right) / 2, y: (seat.top + seat.bottom) / 2 };
  const towards = { x: middle.x - from.x, y: middle.y - from.y };
  const reach = {
    x: (seat.right - seat.left + size.x) / 2 + GAP,
    y: (seat.bottom - seat.top + size.y) / 2 + GAP,
  };
  const step = Math.min(
    reach.x / Math.max(1, Math.abs(towards.x)),
    reach.y / Math.max(1, Math.abs(towards.y)),
  );
  return { x: from.x + towards.x * step, y: from.y + towards.y * step };
}

/**
 * The nearest place that is free.
 * @param {Point} wanted
 * @param {Point} size
 * @param {Box[]} taken
 * @param {number} width
 * @param {number} height
 */
function freeSpot(wanted, size, taken, width, height) {
  for (const { x, y } of OFFSETS) {
    const box = boxAt({ x: wanted.x + x * size.y, y: wanted.y + y * size.y }, size);
    if (box.left < 0 || box.top < 0 || box.right > width || box.bottom > height) continue;
    if (!taken.some((other) => meet(other, box))) {
      return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
    }
  }
  return null;
}

/**
 * @param {Point} point
 * @param {Point} size
 * @returns {Box}
 */
function boxAt({ x, y }, size) {
  return {
    left: x - size.x / 2,
    right: x + size.x / 2,
    top: y - size.y / 2,
    bottom: y + size.y / 2,
  };
}
