/**
 * What a table is, and how each event changes it: the browser's copy of `pokerws/game/apply.py`.
 *
 * A state is the JSON of the server's `Table` as this viewer may see it, and stays equal to it
 * event by event. Nothing here knows of the page, the network or the clock, and no rule of poker
 * is evaluated: an event carries all that is needed.
 */

// The types are those of the messages, with the fields that the wire leaves out filled in.

/** @typedef {import("./messages.js").TableConfig} TableConfig */
/** @typedef {Required<import("./messages.js").Seat>} Seat */
/** @typedef {import("./messages.js").Pot} Pot */
/** @typedef {import("./messages.js").Turn} Turn */
/** @typedef {import("./messages.js").LastHand} LastHand */

/**
 * @typedef {Omit<Required<import("./messages.js").HandSeat>, "acted_to"> &
 *   {acted_to: number|null}} HandSeat
 */

/**
 * @typedef {Omit<import("./messages.js").Hand, "seats"> & {seats: (HandSeat|null)[]}} Hand
 */

/**
 * @typedef {Omit<import("./messages.js").Table, "seats"|"hand"> &
 *   {seats: (Seat|null)[], hand: Hand|null}} TableState
 */

/**
 * An event of a table; the fields depend on `type`, as in `pokerws/game/events.py`. Fields that
 * have their default value are left out on the wire.
 * @typedef {{type: string} & Record<string, any>} TableEvent
 */

/** Events are missing, or are not of the epoch that is known: only a snapshot helps. */
export class GapError extends Error {}

/**
 * A state as it came from the server, with what was left out since it has its default.
 * @param {any} state the `state` of a snapshot
 * @returns {TableState}
 */
export function readTable(state) {
  const hand = state.hand && {
    ...state.hand,
    seats: state.hand.seats.map((/** @type {any} */ seat) => seat && { ...newHandSeat(), ...seat }),
  };
  const seats = state.seats.map((/** @type {any} */ seat) => seat && { ...newSeat(seat), ...seat });
  return { ...state, seats, hand, last_hand: state.last_hand ?? null };
}

/**
 * The events of a message that have not been applied yet.
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
 * Change `table` by one event, and count it.
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
  },
  log_restarted: (table, event) => {
    if (event.table) Object.assign(table, structuredClone(event.table), { seq: table.seq });
  },
};

/** @type {Record<string, (table: TableState, hand: Hand, event: TableEvent) => void>} */
const HAND_EVENTS = {
  turn_started: (table, hand, { turn }) => {
    hand.turn = turn;
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
  board_dealt: (table, hand, event) => {
    startStreet(hand, event.street);
    hand.board = [...hand.board, ...event.cards];
    hand.deck.splice(0, event.cards.length);
  },
  blind_posted: (table, hand, event) => {
    pay(table, handSeatAt(hand, event.seat), event.seat, event.amount);
    hand.bet = event.to_match;
    if (event.blind !== "entry") hand.last_actor = event.seat;
  },
  uncalled_bet_returned: (table, hand, event) => {
    handSeatAt(hand, event.seat).bet -= event.amount;
    seatAt(table, event.seat).stack += event.amount;
  },
  pot_awarded: (table, hand, event) => {
    for (const share of event.shares) seatAt(table, share.seat).stack += share.amount;
    takePot(hand, event.pot);
  },
  hole_cards_dealt: (table, hand, event) => {
    for (const number of hand.order) {
      handSeatAt(hand, number).cards = event.cards[number];
      hand.deck.splice(0, event.cards[number].length);
    }
  },
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
    if (event.dead) hand.dead += event.amount;
    else handSeatAt(hand, event.seat).in_pots += event.amount;
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
  for (const number of event.order) seatAt(table, number).owes_blind = false;
  table.hand = {
    number: event.hand,
    order: event.order,
    seats: table.seats.map((_, number) => (event.order.includes(number) ? newHandSeat() : null)),
    deck: [...(event.deck ?? [])],
    min_bet: event.min_bet,
    street: 0,
    board: [],
    bet: 0,
    min_raise: event.min_bet,
    aggressor: null,
    last_actor: null,
    dead: 0,
    pots: [],
    turn: null,
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
function stand(table, { seat }) {
  table.seats[seat] = null;
  const last = table.last_hand;
  if (!last) return;
  last.cards[seat] = [];
  last.shown = last.shown.filter((number) => number !== seat);
}

/**
 * @param {TableEvent} event
 * @returns {Seat}
 */
function newSeat({ player, name, stack }) {
  return {
    player,
    name,
    stack,
    sitting_out: false,
    leaving: false,
    timeouts: 0,
    owes_blind: true,
    hands_missed: 0,
  };
}

/** @returns {HandSeat} */
function newHandSeat() {
  return {
    cards: [],
    bet: 0,
    in_pots: 0,
    acted_to: null,
    folded: false,
    shown: false,
    mucked: false,
  };
}

/**
 * @param {Hand} hand
 * @param {number} street
 */
function startStreet(hand, street) {
  hand.street = street;
  hand.bet = 0;
  hand.min_raise = hand.min_bet;
  hand.aggressor = null;
  hand.last_actor = null;
  for (const seat of hand.seats) if (seat) seat.acted_to = null;
}

/**
 * Note that a player has acted, facing the bet as it is.
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
 * Empty a pot; the chips that filled it are no longer in it.
 * @param {Hand} hand
 * @param {number} index
 */
function takePot(hand, index) {
  hand.pots = hand.pots.map((pot, at) => (at === index ? { amount: 0, seats: [] } : pot));
  if (hand.pots.some((pot) => pot.amount)) return;
  hand.dead = 0;
  for (const seat of hand.seats) if (seat) seat.in_pots = 0;
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
