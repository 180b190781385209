/**
 * Applies events to the state of a table: the browser's version of `pokerws/game/apply.py`.
 *
 * The state is the JSON of the server's `Table`, redacted for this viewer, and stays equal to it
 * event by event. This module does not use the page, the network or a clock, and evaluates no rule
 * of poker: an event has all that is needed.
 */

import { newHand, newHandSeat, newSeat, readDeparture, readTable, readTurn } from "./table-read.js";

export { readTable };

/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").Turn} Turn */
/** @typedef {import("./table-read.js").HandSeat} HandSeat */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableState} TableState */

/**
 * An event of a table; the fields depend on `type`, as in `pokerws/game/events/`. The wire format
 * omits fields with their default value.
 * @typedef {{type: string} & Record<string, any>} TableEvent
 */

/** Events are missing, or belong to another epoch: a snapshot is needed. */
export class GapError extends Error {}

/**
 * The events of a message that come after the known ones.
 * @param {{epoch: number, seq: number}} known the last event that was received
 * @param {{epoch: number, seq: number, events: TableEvent[]}} message `seq` numbers its first event
 * @returns {TableEvent[]}
 * @throws {GapError}
 */
export function newEvents(known, message) {
  if (message.epoch !== known.epoch) {
    throw new GapError(`epoch ${message.epoch} is not ${known.epoch}`);
  }
  if (message.seq > known.seq + 1) {
    throw new GapError(`event ${message.seq} came after event ${known.seq}`);
  }
  return message.events.slice(known.seq + 1 - message.seq);
}

/**
 * Apply one event to `table` and advance its sequence number.
 * @param {TableState} table
 * @param {TableEvent} event
 * @throws {Error} when the event is unknown or does not fit the state
 */
export function applyEvent(table, event) {
  const inHand = HAND_EVENTS[event.type];
  if (inHand) {
    if (!table.hand) throw new Error(`${event.type}, but no hand is being played`);
    inHand(table, table.hand, event);
  } else {
    const change = TABLE_EVENTS[event.type];
    if (!change) throw new Error(`unknown event ${event.type}`);
    change(table, event);
  }
  table.seq += 1;
}

/** @type {Record<string, (table: TableState, event: TableEvent) => void>} */
const TABLE_EVENTS = {
  hand_started: startHand,
  hand_ended: endHand,
  hand_shown: (table, event) => {
    if (!table.last_hand) throw new Error("no cards of the last hand are kept");
    table.last_hand.cards[event.seat] = event.cards;
    table.last_hand.shown.push(event.seat);
  },
  hand_cancelled: (table, event) => {
    for (const refund of event.refunds) seatAt(table, refund.seat).stack += refund.amount;
    table.hand = null;
  },
  next_hand_scheduled: (table, event) => {
    table.next_hand_at_ms = event.at_ms;
  },
  next_hand_cancelled: (table) => {
    table.next_hand_at_ms = null;
  },
  player_sat: (table, event) => {
    if (table.seats[event.seat]) throw new Error(`seat ${event.seat} is taken`);
    table.seats[event.seat] = newSeat(event);
    table.departed = table.departed.filter((gone) => gone.player !== event.player);
  },
  player_stood: stand,
  player_leaving: (table, event) => {
    seatAt(table, event.seat).leaving = true;
  },
  chips_added: (table, event) => {
    seatAt(table, event.seat).stack += event.amount;
  },
  player_sat_out: (table, event) => {
    seatAt(table, event.seat).sitting_out = true;
  },
  player_sat_in: (table, event) => {
    const seat = seatAt(table, event.seat);
    seat.sitting_out = false;
    seat.timeouts = 0;
    seat.hands_missed = 0;
  },
  straddle_set: (table, event) => {
    seatAt(table, event.seat).straddle = event.on;
  },
  run_it_set: (table, event) => {
    seatAt(table, event.seat).run_it = event.times;
  },
  game_changed: (table, event) => {
    table.game = {
      variant: event.variant,
      hands_left: event.hands,
      chooser: event.chooser ?? null,
    };
  },
  clock_resumed: (table, event) => {
    if (table.hand?.turn) {
      table.hand.turn = { ...table.hand.turn, deadline_ms: event.deadline_ms };
    } else if (table.next_hand_at_ms !== null) {
      table.next_hand_at_ms = event.deadline_ms;
    }
  },
  table_opened: (table, event) => {
    table.seats = Array(event.config.seats).fill(null);
  },
  table_closed: (table) => {
    table.closed = true;
    table.departed = [];
  },
  log_restarted: (table, event) => {
    if (event.table) Object.assign(table, readTable(structuredClone(event.table)), { seq: table.seq });
  },
};

/** @type {Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>} */
const HAND_EVENTS = {
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
  run_it_agreed: (table, hand, { times }) => {
    hand.extra_boards = Array.from({ length: times - 1 }, () => [...hand.board]);
  },
};

/**
 * @param {TableState} table
 * @param {TableEvent} event
 */
function startHand(table, event) {
  table.hand_number = event.hand;
  table.button = event.button;
  table.small_blind = event.small_blind;
  table.big_blind = event.big_blind;
  table.next_hand_at_ms = null;
  table.last_hand = null;
  for (const number of event.missed ?? []) seatAt(table, number).owes_blind = true;
  for (const seat of table.seats) if (seat?.sitting_out) seat.hands_missed += 1;
  for (const number of event.missed_small ?? []) seatAt(table, number).owes_small = true;
  for (const number of event.first_dealt ?? []) seatAt(table, number).played = true;
  if (event.blinds ?? true) {
    for (const number of event.order) {
      const seat = seatAt(table, number);
      seat.owes_blind = seat.owes_small = false;
    }
  }
  if (table.game) table.game = { ...table.game, hands_left: table.game.hands_left - 1 };
  table.hand = {
    ...newHand(),
    number: event.hand,
    order: event.order,
    seats: table.seats.map((_, number) => (event.order.includes(number) ? newHandSeat() : null)),
    deck: [],
    min_bet: event.min_bet,
    min_raise: event.min_bet,
    variant: event.variant ?? "NT",
    limit: event.limit ?? null,
    bomb_pot: event.bomb_pot ?? false,
    extra_boards: Array.from({ length: (event.boards ?? 1) - 1 }, () => []),
  };
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 */
function endHand(table, { unshown = [] }) {
  const parts = table.hand?.seats ?? [];
  const cards = parts.map((part, number) => (part && unshown.includes(number) ? part.cards : []));
  if (table.hand && unshown.length) {
    table.last_hand = { number: table.hand.number, cards, shown: [] };
  }
  table.hand = null;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 */
function stand(table, event) {
  const { seat, player, until_ms = 0, forgotten = [] } = event;
  table.seats[seat] = null;
  table.departed = table.departed.filter(
    (gone) => gone.player !== player && !forgotten.includes(gone.player),
  );
  if (until_ms) table.departed.push(readDeparture(event));
  const last = table.last_hand;
  if (!last) return;
  last.cards[seat] = [];
  last.shown = last.shown.filter((number) => number !== seat);
}

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
 * @param {TableState} table
 * @param {number} number
 * @returns {Seat}
 */
function seatAt(table, number) {
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
