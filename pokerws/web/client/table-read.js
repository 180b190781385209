/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */

// The message types, with the omitted fields filled in.

/** @typedef {Required<import("./messages.js").LimitStakes>} LimitStakes */
/** @typedef {Required<import("./messages.js").Mix>} Mix */
/** @typedef {Required<import("./messages.js").HouseRules>} HouseRules */
/** @typedef {Required<import("./messages.js").Seating>} Seating */

/**
 * @typedef {Omit<import("./messages.js").TableConfig, "limit"|"mix"|"house"|"seating"> &
 *   {limit: LimitStakes, mix: Mix, house: HouseRules, seating: Seating}} TableConfig
 */

/**
 * @typedef {Omit<Required<import("./messages.js").AutoBuy>, "left"> & {left: number|null}} AutoBuy
 */
/**
 * @typedef {Omit<Required<import("./messages.js").Waiter>, "seat"> & {seat: number|null}} Waiter
 */
/**
 * @typedef {Omit<Required<import("./messages.js").Seat>, "auto"> & {auto: AutoBuy|null}} Seat
 */
/** @typedef {Required<import("./messages.js").Departure>} Departure */
/** @typedef {import("./messages.js").Pot} Pot */
/** @typedef {Required<import("./messages.js").Turn>} Turn */
/** @typedef {import("./messages.js").FixedLimit} FixedLimit */
/** @typedef {import("./messages.js").LastHand} LastHand */

/**
 * @typedef {Omit<Required<import("./messages.js").HandSeat>, "acted_to"|"drew"> &
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

/** @typedef {Omit<Required<import("./messages.js").Hand>, keyof HandParts> & HandParts} Hand */

/**
 * @typedef {Omit<import("./messages.js").Table, "seats"|"hand"|"config"|"departed"|"waiting"> &
 *   {seats: (Seat|null)[], hand: Hand|null, config: TableConfig, departed: Departure[],
 *   waiting: Waiter[]}} TableState
 */

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
    last_hand: state.last_hand ?? null,
    game: state.game ?? null,
    departed: (state.departed ?? []).map(readDeparture),
    waiting: (state.waiting ?? []).map(readWaiter),
  };
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
 * @param {any} config
 * @returns {TableConfig}
 */
export function readConfig(config) {
  return {
    ...config,
    limit: { small_bet: 0, big_bet: 0, stud_ante: 0, bring_in: 0, ...config.limit },
    mix: { games: [], rotation: "orbit", hands: 8, ...config.mix },
    house: {
      straddle: "none",
      run_it: 1,
      bomb_pot_every: 0,
      bomb_pot_ante: 0,
      bomb_pot_boards: 1,
      max_bets: 0,
      odd_chips: "rulebook",
      whole_pot: false,
      ...config.house,
    },
    seating: {
      button: "dead",
      stay_ms: 3_600_000,
      reserve_ms: 60_000,
      waiting_list: 10,
      auto_chips: true,
      ...config.seating,
    },
  };
}

/**
 * @param {any} turn
 * @returns {Turn}
 */
export function readTurn(turn) {
  return { sizes: [], discard_min: 0, discard_max: 0, ...turn };
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
export function newSeat({ player, name, stack, owes_small = false, played = false, posts = false }) {
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
    posts,
    plan: "",
    auto: null,
  };
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
