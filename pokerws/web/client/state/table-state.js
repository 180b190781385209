/**
 * Applies events to the state of a table: the browser's version of `pokerws/game/apply.py`.
 *
 * The state is the JSON of the server's `Table`, redacted for this viewer, and stays equal to it
 * event by event. This module does not use the page, the network or a clock, and evaluates no rule
 * of poker: an event has all that is needed.
 */

import { CLOCK_EVENTS, countHand, setClock } from "./clock-state.js";
import { beginHand, endedHand, EXTRAS_EVENTS, leaveExtras } from "./extras-state.js";
import { HAND_EVENTS, seatAt } from "./hand-state.js";
import { HOSTING_EVENTS, satDown, stoodUp } from "./hosting-state.js";
import {
  newHand,
  newHandSeat,
  newSeat,
  readAuto,
  readDeparture,
  readTable,
  readWaiter,
} from "./table-read.js";

export { readTable };

/** @typedef {import("./table-read.js").Seat} Seat */
/** @typedef {import("./table-read.js").Turn} Turn */
/** @typedef {import("./table-read.js").HandSeat} HandSeat */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */

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
  const inHand = IN_HAND[event.type];
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

const IN_HAND = { ...HAND_EVENTS, ...CLOCK_EVENTS };

/**
 * Events of coming to the table and going: owed blinds, plans, chips, the waiting list.
 * @type {Record<string, (table: TableState, event: TableEvent) => void>}
 */
const SEATING_EVENTS = {
  chips_added: (table, event) => {
    const seat = seatAt(table, event.seat);
    seat.stack += event.amount;
    const left = seat.auto?.left ?? null;
    if (event.auto && seat.auto && left !== null) {
      seat.auto = { ...seat.auto, left: left - event.amount };
    }
  },
  player_sat_out: (table, event) => {
    const seat = seatAt(table, event.seat);
    seat.sitting_out = true;
    seat.posts = false;
    if (seat.plan === "sit_out_at_blind") seat.plan = "";
  },
  entry_chosen: (table, event) => {
    seatAt(table, event.seat).posts = event.posts;
  },
  plan_made: (table, event) => {
    seatAt(table, event.seat).plan = event.plan;
  },
  auto_chips_set: (table, event) => {
    seatAt(table, event.seat).auto = readAuto(event.auto);
  },
  waiter_joined: (table, event) => {
    table.waiting = [...table.waiting, readWaiter({ player: event.player, name: event.name })];
  },
  waiter_left: leaveList,
  seat_reserved: (table, { player, seat, until_ms }) => {
    if (!table.waiting.some((one) => one.player === player)) {
      throw new Error(`${player} is not on the waiting list`);
    }
    table.waiting = table.waiting.map((one) =>
      one.player === player ? { ...one, seat, until_ms } : one,
    );
  },
};

/**
 * Remove the player of an event from the waiting list.
 * @param {TableState} table
 * @param {TableEvent} event
 */
function leaveList(table, event) {
  table.waiting = table.waiting.filter((one) => one.player !== event.player);
}

/** @type {Record<string, (table: TableState, event: TableEvent) => void>} */
const TABLE_EVENTS = {
  ...EXTRAS_EVENTS,
  ...SEATING_EVENTS,
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
    satDown(table, event);
    leaveList(table, event);
  },
  player_stood: stand,
  player_leaving: (table, event) => {
    seatAt(table, event.seat).leaving = true;
  },
  player_sat_in: (table, event) => {
    const seat = seatAt(table, event.seat);
    seat.sitting_out = false;
    seat.timeouts = 0;
    seat.hands_missed = 0;
    seat.posts = event.posts ?? false;
  },
  straddle_set: (table, event) => {
    seatAt(table, event.seat).straddle = event.on;
  },
  run_it_set: (table, event) => {
    seatAt(table, event.seat).run_it = event.times;
  },
  time_bank_filled: (table, event) => setClock(seatAt(table, event.seat), { bank_ms: event.bank_ms }),
  auto_muck_set: (table, event) => {
    seatAt(table, event.seat).auto_muck = event.on;
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
    table.host = event.host ?? null;
  },
  bots_wanted: (table, event) => {
    table.bots = event.bots;
  },
  table_closed: (table) => {
    table.closed = true;
    table.departed = [];
    table.waiting = [];
  },
  log_restarted: (table, event) => {
    if (event.table) Object.assign(table, readTable(structuredClone(event.table)), { seq: table.seq });
  },
  ...HOSTING_EVENTS,
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
  beginHand(table);
  for (const number of event.missed ?? []) seatAt(table, number).owes_blind = true;
  for (const seat of table.seats) if (seat?.sitting_out) seat.hands_missed += 1;
  for (const number of event.missed_small ?? []) seatAt(table, number).owes_small = true;
  for (const number of event.first_dealt ?? []) seatAt(table, number).played = true;
  for (const number of event.order) {
    const seat = seatAt(table, number);
    countHand(seat);
    if (event.blinds ?? true) seat.owes_blind = seat.owes_small = seat.posts = false;
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
function endHand(table, event) {
  const { unshown = [] } = event;
  const parts = table.hand?.seats ?? [];
  const cards = parts.map((part, number) => (part && unshown.includes(number) ? part.cards : []));
  if (table.hand && unshown.length) {
    table.last_hand = endedHand(table.hand, event, cards);
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
  leaveExtras(table, seat);
  table.departed = table.departed.filter(
    (gone) => gone.player !== player && !forgotten.includes(gone.player),
  );
  if (until_ms) table.departed.push(readDeparture(event));
  stoodUp(table, event);
  const last = table.last_hand;
  if (!last) return;
  last.cards[seat] = [];
  last.shown = last.shown.filter((number) => number !== seat);
}
