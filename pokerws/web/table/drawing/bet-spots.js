/**
 * Places for the bets in front of the seats, clear of each other and of everything else. Pure
 * geometry; all values are in pixels.
 */

import { meet } from "./sizes.js";

/** @typedef {import("./sizes.js").Point} Point */
/** @typedef {import("./sizes.js").Box} Box */

const ANGLES = 16;
const RINGS = 14;
const GAP = 3;

/**
 * @param {Box[]} seats what each seat takes
 * @param {Point} size of a bet
 * @param {Box} centre what the pot and the boards take
 * @param {{width: number, height: number}} area
 * @returns {Point[]|null} the centre of each bet; null if there is no room
 */
export function betSpots(seats, size, centre, { width, height }) {
  const taken = [...seats, centre];
  /** @type {Point[]} */
  const spots = [];
  const middle = { x: (centre.left + centre.right) / 2, y: (centre.top + centre.bottom) / 2 };
  for (const seat of seats) {
    const wanted = wantedSpot(seat, size, middle);
    const spot = around(wanted, size.y / 2).find((point) => {
      const box = boxAt(point, size);
      const inside = box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height;
      return inside && !taken.some((other) => meet(other, box));
    });
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
 * Points around this one, the nearest first.
 * @param {Point} point
 * @param {number} step
 * @returns {Point[]}
 */
function around(point, step) {
  const points = [point];
  for (let ring = 1; ring <= RINGS; ring += 1) {
    for (let turn = 0; turn < ANGLES; turn += 1) {
      const angle = (2 * Math.PI * turn) / ANGLES;
      const away = ring * step;
      points.push({ x: point.x + Math.cos(angle) * away, y: point.y + Math.sin(angle) * away });
    }
  }
  return points;
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
