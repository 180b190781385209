/**
 * Positions and sizes on a table of any size. Pure geometry; all values are in pixels.
 *
 * Seats are spaced evenly along the rail, a rounded rectangle, clockwise from the bottom centre.
 */

/**
 * @typedef {{x: number, y: number}} Point
 * @typedef {object} Layout
 * @property {number} seatWidth
 * @property {number} seatHeight the plate with name and stack, without the cards
 * @property {number} ownWidth the plate of the seat at the bottom
 * @property {number} cardWidth an opponent's card
 * @property {number} ownCardWidth
 * @property {number} boardCardWidth
 * @property {number} fanWidth the available width for an opponent's cards
 * @property {number} ownFanWidth
 * @property {number} innerWidth the space between the plates on the left and right
 * @property {number} covered the part of an opponent's card that the plate covers, in card heights
 * @property {{left: number, top: number, width: number, height: number, radius: number}} felt
 * @property {Point} centre the centre of the boards
 * @property {(Point & {side: "left"|"middle"|"right", bet: Point})[]} seats plate centres
 */

const CARD_RATIO = 1.4;
/** The part of a card's height that is visible above the plate. */
const PEEK = 0.74;
const PEEK_WHEN_TIGHT = 0.56;
const TIGHT_HEIGHT = 440;

const MARGIN = 6;
/** The height of the tag below a plate. */
const TAG_HEIGHT = 13;
const BET_HALF_WIDTH = 34;
/** The pot's label is above the board. */
const POT_HALF_WIDTH = 50;
const POT_HEIGHT = 34;
const BET_HALF_HEIGHT = 12;
/** Scale of the board cards, by the number of boards. */
const BOARD_SCALES = [1, 1, 0.8, 0.64];
const BETWEEN_BOARDS = 6;

/**
 * @typedef {object} Wanted
 * @property {number} width
 * @property {number} height
 * @property {number} seats
 * @property {number} cards the maximum that a player holds in this game
 * @property {number} boards the number of boards; 0 in games without
 */

/**
 * @param {Wanted} wanted
 * @returns {Layout}
 */
export function layOut({ width, height, seats, cards, boards }) {
  const sizes = { ...plateSizes(width, height, seats), boards };
  const fanWidth = opponentFanWidth(sizes, width, cards, boards);
  const top = sizes.seatHeight / 2 + sizes.cardLift + MARGIN;
  const bottom = height - sizes.seatHeight / 2 - TAG_HEIGHT;
  const halfWidth = width / 2 - sizes.seatWidth / 2 - MARGIN;
  const halfHeight = Math.max(40, (bottom - top) / 2);
  const middle = { x: width / 2, y: top + halfHeight };
  const radius = Math.min(halfWidth, halfHeight) * (width > height ? 1 : 0.86);
  const plates = alongRail(middle, halfWidth, halfHeight, radius, seats);
  // The viewer's cards are larger than the others', so the board moves up by half the difference.
  const centre = { x: middle.x, y: middle.y - (sizes.ownCardLift - sizes.cardLift) / 2 };
  const boardCardWidth = widestBoard(plates, centre, sizes, width);
  return {
    ...sizes,
    boardCardWidth,
    fanWidth,
    ownFanWidth: ownFanWidth(plates, sizes, fanWidth, width),
    innerWidth: width - 2 * (sizes.seatWidth + MARGIN) - 16,
    felt: feltAround(middle, halfWidth, halfHeight, radius, sizes),
    centre,
    seats: plates.map((plate, index) => ({
      ...plate,
      side: Math.abs(plate.x - middle.x) < 1 ? "middle" : plate.x > middle.x ? "right" : "left",
      bet: betSpot(plate, index === 0, centre, { ...sizes, fanWidth }, boardCardWidth),
    })),
  };
}

/** @typedef {ReturnType<typeof plateSizes> & {boards: number}} Plates */

/**
 * The available width for an opponent's cards: wider than the plate if there are many cards, and
 * widest in games without a board.
 * @param {Plates} sizes
 * @param {number} width
 * @param {number} cards
 * @param {number} boards
 */
function opponentFanWidth({ seatWidth }, width, cards, boards) {
  if (cards <= 2) return seatWidth;
  const most = boards && width < 640 ? 1 : 1.2;
  return Math.round(seatWidth * (boards ? most : 1.45));
}

/**
 * The available width for the viewer's cards between the neighbouring seats.
 * @param {Point[]} plates
 * @param {Plates} sizes
 * @param {number} fanWidth
 * @param {number} width
 */
function ownFanWidth([own, ...others], sizes, fanWidth, width) {
  const top = own.y - sizes.seatHeight / 2 - sizes.ownCardLift;
  const half = sizes.seatWidth / 2;
  const rooms = others
    .filter((plate) => plate.y + sizes.seatHeight / 2 > top)
    .map((plate) => {
      const cardsBeside = plate.y - sizes.seatHeight / 2 > top;
      const reach = cardsBeside ? Math.max(half, fanWidth - half) : half;
      return 2 * (Math.abs(plate.x - own.x) - reach - MARGIN);
    });
  return Math.max(sizes.ownWidth, Math.min(width - 2 * MARGIN, ...rooms));
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} seats
 */
function plateSizes(width, height, seats) {
  const crowd = seats > 6 ? 0.92 : 1;
  const byHeight = height * (width > height ? 0.27 : 0.22);
  const seatWidth = Math.round(clamp(Math.min(width * 0.215, byHeight) * crowd, 74, 146));
  const seatHeight = Math.round(clamp(seatWidth * 0.38, height < TIGHT_HEIGHT ? 34 : 38, 52));
  const cardWidth = Math.round(seatWidth * 0.4);
  const peek = height < TIGHT_HEIGHT ? PEEK_WHEN_TIGHT : PEEK;
  const cardLift = cardWidth * CARD_RATIO * peek;
  const ownCardWidth = Math.round(clamp(Math.min(seatWidth * 0.6, height * 0.115), 42, 76));
  return {
    seatWidth,
    seatHeight,
    cardWidth,
    ownCardWidth,
    ownWidth: Math.max(seatWidth, ownCardWidth * 2 + 20),
    covered: 1 - peek,
    cardLift,
    ownCardLift: ownCardWidth * CARD_RATIO * PEEK,
  };
}

/**
 * @param {Point} middle
 * @param {number} halfWidth
 * @param {number} halfHeight
 * @param {number} radius
 * @param {number} count
 * @returns {Point[]}
 */
function alongRail(middle, halfWidth, halfHeight, radius, count) {
  const flat = 2 * (halfWidth - radius);
  const upright = 2 * (halfHeight - radius);
  const whole = 2 * flat + 2 * upright + 2 * Math.PI * radius;
  return Array.from({ length: count }, (_, index) => {
    const at = railPoint((whole * index) / count, flat, upright, radius);
    return { x: middle.x + at.x, y: middle.y + at.y };
  });
}

/**
 * The point at a distance along the rail, clockwise from the bottom centre, relative to the middle.
 * @param {number} along
 * @param {number} flat the length of the straight top and bottom
 * @param {number} upright the length of the straight sides
 * @param {number} radius
 * @returns {Point}
 */
function railPoint(along, flat, upright, radius) {
  const corner = (Math.PI / 2) * radius;
  const quarters = [
    { cx: -1, cy: 1, from: Math.PI / 2, before: flat / 2, dx: -1, dy: 0 },
    { cx: -1, cy: -1, from: Math.PI, before: upright, dx: 0, dy: -1 },
    { cx: 1, cy: -1, from: 1.5 * Math.PI, before: flat, dx: 1, dy: 0 },
    { cx: 1, cy: 1, from: 2 * Math.PI, before: upright, dx: 0, dy: 1 },
  ];
  let left = along;
  let at = { x: 0, y: upright / 2 + radius };
  for (const { cx, cy, from, before, dx, dy } of quarters) {
    if (left <= before) return { x: at.x + dx * left, y: at.y + dy * left };
    left -= before;
    const hub = { x: (cx * flat) / 2, y: (cy * upright) / 2 };
    if (left <= corner) return onCircle(hub, radius, from + left / radius);
    left -= corner;
    at = onCircle(hub, radius, from + Math.PI / 2);
  }
  return { x: at.x - left, y: at.y };
}

/**
 * @param {Point} hub
 * @param {number} radius
 * @param {number} angle from the right, clockwise on the screen
 * @returns {Point}
 */
function onCircle(hub, radius, angle) {
  return { x: hub.x + radius * Math.cos(angle), y: hub.y + radius * Math.sin(angle) };
}

/**
 * The width of the widest board cards that do not overlap a seat.
 * @param {Point[]} plates
 * @param {Point} centre
 * @param {Plates} sizes
 * @param {number} width
 */
function widestBoard(plates, centre, sizes, width) {
  const scale = BOARD_SCALES[sizes.boards] ?? 0.5;
  const widest = Math.min(84, Math.round(sizes.seatWidth * 0.62)) * scale;
  const least = 30 * scale;
  for (let card = widest; card > least; card -= 1) {
    const half = { x: card * 2.5 + 14, y: boardHalfHeight(card, sizes.boards) + 4 };
    const free = plates.every((plate, index) => {
      const above = index === 0 ? sizes.ownCardLift : sizes.cardLift;
      const top = plate.y - sizes.seatHeight / 2 - above;
      const bottom = plate.y + sizes.seatHeight / 2;
      const beside = bottom > centre.y - half.y && top < centre.y + half.y;
      return !beside || Math.abs(plate.x - centre.x) - sizes.seatWidth / 2 > half.x;
    });
    if (free && half.x < width / 2) return card;
  }
  return least;
}

/**
 * @param {number} card the width of a card
 * @param {number} boards
 */
function boardHalfHeight(card, boards) {
  return (card * CARD_RATIO * boards + BETWEEN_BOARDS * Math.max(0, boards - 1)) / 2;
}

/**
 * The position of a seat's bet: towards the middle, clear of its cards and the board.
 * @param {Point} plate
 * @param {boolean} own
 * @param {Point} centre
 * @param {Plates & {fanWidth: number}} sizes
 * @param {number} boardCardWidth
 * @returns {Point}
 */
function betSpot(plate, own, centre, sizes, boardCardWidth) {
  const above = own ? sizes.ownCardLift : sizes.cardLift;
  const towards = { x: centre.x - plate.x, y: centre.y - plate.y };
  const reach = {
    x: Math.max(sizes.seatWidth / 2, sizes.fanWidth - sizes.seatWidth / 2) + BET_HALF_WIDTH + 4,
    y: sizes.seatHeight / 2 + BET_HALF_HEIGHT + 4 + (towards.y < 0 ? above : TAG_HEIGHT),
  };
  const steps = [reach.x / Math.abs(towards.x), reach.y / Math.abs(towards.y)];
  const step = Math.min(...steps.map((value) => (Number.isFinite(value) ? value : Infinity)));
  const spot = { x: plate.x + towards.x * step, y: plate.y + towards.y * step };
  return clearOfBoard(spot, centre, boardCardWidth, sizes.boards);
}

/**
 * @param {Point} spot
 * @param {Point} centre
 * @param {number} boardCardWidth
 * @param {number} boards
 * @returns {Point}
 */
function clearOfBoard(spot, centre, boardCardWidth, boards) {
  const middle = boards ? boardCardWidth * 2.5 + 10 : POT_HALF_WIDTH;
  const halfWidth = middle + BET_HALF_WIDTH;
  const below = boardHalfHeight(boardCardWidth, boards) + BET_HALF_HEIGHT + 4;
  const away = { x: spot.x - centre.x, y: spot.y - centre.y };
  const above = Math.abs(away.x) < POT_HALF_WIDTH + BET_HALF_WIDTH ? below + POT_HEIGHT : below;
  if (Math.abs(away.x) >= halfWidth || away.y >= below || away.y <= -above) return spot;
  return { x: spot.x, y: centre.y + (away.y < 0 ? -above : below) };
}

/**
 * @param {Point} middle
 * @param {number} halfWidth
 * @param {number} halfHeight
 * @param {number} radius
 * @param {Plates} sizes
 */
function feltAround(middle, halfWidth, halfHeight, radius, sizes) {
  // The plates are centred a little outside the rail.
  const inX = -sizes.seatWidth * 0.06;
  const inY = -sizes.seatHeight * 0.1;
  return {
    left: middle.x - halfWidth - inX,
    top: middle.y - halfHeight - inY,
    width: 2 * (halfWidth + inX),
    height: 2 * (halfHeight + inY),
    radius,
  };
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
