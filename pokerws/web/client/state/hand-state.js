/**
 * Applies the events of a hand in play: the browser's version of `pokerws/game/apply_hand.py`.
 */

import { readTurn } from "./table-read.js";

/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").HandSeat} HandSeat */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */

/**
 * What each event of a hand changes.
 * @type {Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>}
 */
export const HAND_EVENTS = {
  turn_started: (table, hand, { turn }) => {
    hand.turn = readTurn(turn);
    table.turns = turn.number;
  },
  folded: (table, hand, event) => {
    acted(table, hand, event).folded = true;
  },
  called: (table, hand, event) => {
    pay(table, acted(table, hand, event), event.seat, event.amount);
  },
  checked: acted,
  raised: raiseTo,
  bet_placed: raiseTo,
  bets_collected: (table, hand, event) => {
    hand.pots = event.pots;
    for (const seat of hand.seats) {
      if (!seat) continue;
      seat.in_pots += seat.bet;
      seat.bet = 0;
    }
  },
  board_dealt: dealBoard,
  blind_posted: postBlind,
  uncalled_bet_returned: (table, hand, event) => {
    handSeatAt(hand, event.seat).bet -= event.amount;
    seatAt(table, event.seat).stack += event.amount;
  },
  pot_awarded: (table, hand, event) => {
    for (const share of event.shares) seatAt(table, share.seat).stack += share.amount;
    takeFromPot(hand, event);
  },
  hole_cards_dealt: dealHoleCards,
  cards_shown: (table, hand, event) => {
    const shown = handSeatAt(hand, event.seat);
    shown.cards = event.cards;
    shown.shown = true;
  },
  cards_mucked: (table, hand, event) => {
    handSeatAt(hand, event.seat).mucked = true;
  },
  turn_timed_out: (table, hand, event) => {
    seatAt(table, event.seat).timeouts += 1;
  },
  ante_posted: (table, hand, event) => {
    seatAt(table, event.seat).stack -= event.amount;
    if (event.dead) payDead(hand, event);
    else handSeatAt(hand, event.seat).in_pots += event.amount;
  },
  bring_in_posted: (table, hand, event) => {
    hand.bet = event.to_match;
    pay(table, acted(table, hand, event), event.seat, event.amount);
  },
  draw_started: (table, hand, event) => {
    if (event.street !== hand.street) startStreet(hand, event);
    hand.bet = 0;
    hand.drawing = [...event.seats];
  },
  cards_drawn: drawCards,
  deck_reshuffled: () => {
    // Neither the deck nor the discards are visible.
  },
  rake_taken: (table, hand, { pots }) => {
    hand.pots = hand.pots.map((pot, at) => ({ ...pot, amount: pot.amount - pots[at] }));
  },
  run_it_agreed: (table, hand, { times }) => {
    hand.extra_boards = Array.from({ length: times - 1 }, () => [...hand.board]);
  },
};

/**
 * @param {Hand} hand
 * @param {TableEvent} event the event that starts the street
 */
function startStreet(hand, { street, limit = null }) {
  hand.street = street;
  hand.bet = 0;
  hand.min_raise = hand.min_bet;
  hand.limit = limit;
  hand.aggressor = null;
  hand.last_actor = null;
  hand.opener = null;
  for (const seat of hand.seats) if (seat) seat.acted_to = null;
}

/**
 * @param {TableState} _table
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function dealBoard(_table, hand, event) {
  const board = event.board ?? 0;
  if (board) {
    hand.extra_boards = hand.extra_boards.map((cards, index) =>
      index === board - 1 ? [...cards, ...event.cards] : cards,
    );
    return;
  }
  startStreet(hand, event);
  hand.opener = event.opener ?? null;
  hand.board = [...hand.board, ...event.cards];
}

/**
 * @param {TableState} _table
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function dealHoleCards(_table, hand, event) {
  if (event.street) startStreet(hand, event);
  hand.opener = event.opener ?? null;
  for (const number of hand.order) {
    const seat = handSeatAt(hand, number);
    seat.cards = [...seat.cards, ...event.cards[number]];
    seat.up = [...seat.up, ...(event.up?.[number] ?? [])];
  }
}

/**
 * @param {TableState} table
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function postBlind(table, hand, event) {
  if (event.blind === "dead") {
    seatAt(table, event.seat).stack -= event.amount;
    payDead(hand, event);
    return;
  }
  pay(table, handSeatAt(hand, event.seat), event.seat, event.amount);
  hand.bet = event.to_match;
  if (event.blind !== "entry" && event.blind !== "sleeper") hand.last_actor = event.seat;
  if (event.min_raise) hand.min_raise = event.min_raise;
  if (event.limit) hand.limit = event.limit;
}

/**
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function payDead(hand, { seat, amount }) {
  hand.dead += amount;
  handSeatAt(hand, seat).dead += amount;
}

/**
 * @param {TableState} table
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function drawCards(table, hand, { seat: number, discarded = [], drawn = [], auto }) {
  hand.turn = null;
  hand.drawing = hand.drawing.filter((drawing) => drawing !== number);
  if (!auto) seatAt(table, number).timeouts = 0;
  const seat = handSeatAt(hand, number);
  const kept = [...seat.cards];
  for (const card of discarded) {
    const at = kept.indexOf(card);
    if (at < 0) throw new Error(`seat ${number} does not hold ${card}`);
    kept.splice(at, 1);
  }
  seat.cards = [...kept, ...drawn];
  seat.drew = drawn.length;
}

/**
 * Record that a player has acted on the current bet.
 * @param {TableState} table
 * @param {Hand} hand
 * @param {TableEvent} event
 * @returns {HandSeat}
 */
function acted(table, hand, { seat: number, auto }) {
  hand.turn = null;
  hand.last_actor = number;
  if (!auto) seatAt(table, number).timeouts = 0;
  const seat = handSeatAt(hand, number);
  seat.acted_to = hand.bet;
  return seat;
}

/**
 * @param {TableState} table
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function raiseTo(table, hand, event) {
  const seat = acted(table, hand, event);
  pay(table, seat, event.seat, event.to - seat.bet);
  hand.min_raise = Math.max(hand.min_raise, event.to - hand.bet);
  if (event.limit) hand.limit = event.limit;
  hand.bet = event.to;
  hand.aggressor = event.seat;
  seat.acted_to = event.to;
}

/**
 * @param {TableState} table
 * @param {HandSeat} handSeat
 * @param {number} number
 * @param {number} amount
 */
function pay(table, handSeat, number, amount) {
  const seat = seatAt(table, number);
  if (!(amount >= 0 && amount <= seat.stack)) {
    throw new Error(`seat ${number} cannot pay ${amount} of ${seat.stack}`);
  }
  seat.stack -= amount;
  handSeat.bet += amount;
}

/**
 * Take shares out of a pot; when all pots are empty, clear what the seats have paid into them.
 * @param {Hand} hand
 * @param {TableEvent} event
 */
function takeFromPot(hand, { pot: index, shares }) {
  let taken = 0;
  for (const share of shares) taken += share.amount;
  hand.pots = hand.pots.map((pot, at) => {
    if (at !== index) return pot;
    const amount = pot.amount - taken;
    return { amount, seats: amount ? pot.seats : [] };
  });
  if (hand.pots.some((pot) => pot.amount)) return;
  hand.dead = 0;
  for (const seat of hand.seats) if (seat) seat.in_pots = seat.dead = 0;
}

/**
 * The taken seat with this number.
 * @param {TableState} table
 * @param {number} number
 * @returns {Seat}
 * @throws {Error} when it is empty
 */
export function seatAt(table, number) {
  const seat = table.seats[number];
  if (!seat) throw new Error(`seat ${number} is empty`);
  return seat;
}

/**
 * @param {Hand} hand
 * @param {number} number
 * @returns {HandSeat}
 */
function handSeatAt(hand, number) {
  const seat = hand.seats[number];
  if (!seat) throw new Error(`seat ${number} is not in the hand`);
  return seat;
}
