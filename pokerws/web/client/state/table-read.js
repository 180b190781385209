/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */

import { readConfig } from "./table-config.js";

// The message types, with the omitted fields filled in.

/**
 * An event of a table; the fields depend on `type`, as in `pokerws/game/events/`. The wire format
 * omits fields with their default value.
 * @typedef {{type: string} & Record<string, any>} TableEvent
 */

/** @typedef {import("./table-config.js").TableConfig} TableConfig */
/** @typedef {import("../messages.js").SeatClock} SeatClock */
/**
 * @typedef {Omit<Required<import("../messages.js").AutoBuy>, "left"> & {left: number|null}} AutoBuy
 */
/**
 * @typedef {Omit<Required<import("../messages.js").Waiter>, "seat"> & {seat: number|null}} Waiter
 */
/**
 * @typedef {Omit<Required<import("../messages.js").Seat>, "clock"|"auto"> &
 *   {clock: SeatClock|null, auto: AutoBuy|null}} Seat
 */
/** @typedef {Required<import("../messages.js").Departure>} Departure */
/** @typedef {import("../messages.js").Pot} Pot */
/** @typedef {Required<import("../messages.js").Turn>} Turn */
/** @typedef {import("../messages.js").FixedLimit} FixedLimit */
/** @typedef {Required<import("../messages.js").LastHand>} LastHand */
/**
 * @typedef {Omit<Required<import("../messages.js").Extras>, "stand_up"> &
 *   {stand_up: import("../messages.js").StandUp|null}} Extras
 */

/**
 * @typedef {Omit<Required<import("../messages.js").HandSeat>, "acted_to"|"drew"> &
 *   {acted_to: number|null, drew: number|null}} HandSeat
 */

/**
 * @typedef {object} HandParts
 * @property {(HandSeat|null)[]} seats
 * @property {Turn|null} turn
 * @property {FixedLimit|null} limit
 * @property {number|null} aggressor
 * @property {number|null} last_actor
 * @property {number|null} opener
 */

/** @typedef {Omit<Required<import("../messages.js").Hand>, keyof HandParts> & HandParts} Hand */

/** @typedef {Required<import("../messages.js").BankLine>} BankLine */

/**
 * @typedef {Omit<Required<import("../messages.js").Hosting>, "next_config"|"first_config"|"bank"> &
 *   {next_config: TableConfig|null, first_config: TableConfig|null, bank: BankLine[]}} Hosting
 */

/**
 * @typedef {object} TableParts
 * @property {(Seat|null)[]} seats
 * @property {Hand|null} hand
 * @property {TableConfig} config
 * @property {Departure[]} departed
 * @property {LastHand|null} last_hand
 * @property {Extras|null} extras
 * @property {string|null} host
 * @property {Hosting} hosting
 * @property {Waiter[]} waiting
 */

/** @typedef {Omit<import("../messages.js").Table, keyof TableParts> & TableParts} TableState */

/**
 * The state of a snapshot.
 * @param {any} state
 * @returns {TableState}
 */
export function readTable(state) {
  return {
    ...state,
    config: readConfig(state.config),
    seats: state.seats.map((/** @type {any} */ seat) => seat && readSeat(seat)),
    hand: state.hand && readHand(state.hand),
    last_hand: state.last_hand ? { ...newLastHand(), ...state.last_hand } : null,
    game: state.game ?? null,
    departed: (state.departed ?? []).map(readDeparture),
    bots: state.bots ?? [],
    extras: state.extras ? { ...newExtras(), ...state.extras } : null,
    host: state.host ?? null,
    hosting: readHosting(state.hosting ?? {}),
    waiting: (state.waiting ?? []).map(readWaiter),
  };
}

/**
 * @param {any} hosting
 * @returns {Hosting}
 */
export function readHosting({ bank = [], next_config, first_config, ...others }) {
  return {
    paused: false,
    next_config: next_config ? readConfig(next_config) : null,
    first_config: first_config ? readConfig(first_config) : null,
    requests: [],
    approved: [],
    banned: [],
    muted: [],
    link: 0,
    ...others,
    bank: bank.map(readBankLine),
  };
}

/**
 * @param {any} line
 * @returns {BankLine}
 */
export function readBankLine({ player, name, given, returned = 0 }) {
  return { player, name, given, returned };
}

/**
 * @param {any} seat
 * @returns {Seat}
 */
function readSeat(seat) {
  return { ...newSeat(seat), ...seat, auto: readAuto(seat.auto) };
}

/**
 * @param {any} auto
 * @returns {AutoBuy|null}
 */
export function readAuto(auto) {
  return auto ? { top_up_to: 0, rebuy_to: 0, left: null, ...auto } : null;
}

/**
 * @param {any} waiter
 * @returns {Waiter}
 */
export function readWaiter({ player, name, seat = null, until_ms = 0 }) {
  return { player, name, seat, until_ms };
}

/**
 * @param {any} departure
 * @returns {Departure}
 */
export function readDeparture({ player, stack, until_ms, owes_blinds = false }) {
  return { player, stack, until_ms, owes_blinds };
}

/**
 * @param {any} turn
 * @returns {Turn}
 */
export function readTurn(turn) {
  return { sizes: [], discard_min: 0, discard_max: 0, time: "turn", ...turn };
}

/**
 * @param {any} hand
 * @returns {Hand}
 */
function readHand(hand) {
  return {
    ...newHand(),
    ...hand,
    seats: hand.seats.map((/** @type {any} */ seat) => seat && { ...newHandSeat(), ...seat }),
    turn: hand.turn ? readTurn(hand.turn) : null,
  };
}

/**
 * A new hand, without the fields that `hand_started` gives.
 * @returns {Omit<Hand, "number"|"order"|"seats"|"deck"|"min_bet">}
 */
export function newHand() {
  return {
    street: 0,
    board: [],
    bet: 0,
    min_raise: 0,
    aggressor: null,
    last_actor: null,
    dead: 0,
    pots: [],
    turn: null,
    variant: "NT",
    opener: null,
    limit: null,
    drawing: [],
    discards: [],
    extra_boards: [],
    bomb_pot: false,
  };
}

/**
 * A newly taken seat.
 * @param {any} who its `player`, `name` and `stack`, and what the player owes from an earlier stay
 * @returns {Seat}
 */
export function newSeat({
  player,
  name,
  stack,
  owes_small = false,
  played = false,
  clock = null,
  bot = false,
  posts = false,
}) {
  return {
    player,
    name,
    stack,
    sitting_out: false,
    leaving: false,
    timeouts: 0,
    owes_blind: true,
    hands_missed: 0,
    owes_small,
    straddle: false,
    run_it: 1,
    played,
    clock,
    bot,
    auto_muck: true,
    posts,
    plan: "",
    auto: null,
  };
}

/**
 * The last hand, without its number and cards.
 * @returns {Omit<LastHand, "number"|"cards">}
 */
export function newLastHand() {
  return { shown: [], parts: [], rabbit: null, claimant: null };
}

/** @returns {Extras} */
export function newExtras() {
  return { bomb_votes: [], stand_up: null, ends_at_ms: 0, last_hand: 0 };
}

/** @returns {HandSeat} */
export function newHandSeat() {
  return {
    cards: [],
    bet: 0,
    in_pots: 0,
    acted_to: null,
    folded: false,
    shown: false,
    mucked: false,
    up: [],
    dead: 0,
    drew: null,
  };
}
