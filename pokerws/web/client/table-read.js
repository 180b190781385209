/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */

// The message types, with the omitted fields filled in.

/** @typedef {Required<import("./messages.js").LimitStakes>} LimitStakes */
/** @typedef {Required<import("./messages.js").Mix>} Mix */
/** @typedef {Required<import("./messages.js").HouseRules>} HouseRules */
/** @typedef {Required<import("./messages.js").HostingRules>} HostingRules */

/**
 * @typedef {Omit<import("./messages.js").TableConfig, "limit"|"mix"|"house"|"hosting"> &
 *   {limit: LimitStakes, mix: Mix, house: HouseRules, hosting: HostingRules}} TableConfig
 */

/** @typedef {Required<import("./messages.js").Seat>} Seat */
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

/** @typedef {Required<import("./messages.js").BankLine>} BankLine */

/**
 * @typedef {Omit<Required<import("./messages.js").Hosting>, "next_config"|"first_config"|"bank"> &
 *   {next_config: TableConfig|null, first_config: TableConfig|null, bank: BankLine[]}} Hosting
 */

/**
 * @typedef {Omit<import("./messages.js").Table,
 *   "seats"|"hand"|"config"|"departed"|"host"|"hosting"> &
 *   {seats: (Seat|null)[], hand: Hand|null, config: TableConfig, departed: Departure[],
 *    host: string|null, hosting: Hosting}} TableState
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
    seats: state.seats.map((/** @type {any} */ seat) => seat && { ...newSeat(seat), ...seat }),
    hand: state.hand && readHand(state.hand),
    last_hand: state.last_hand ?? null,
    game: state.game ?? null,
    departed: (state.departed ?? []).map(readDeparture),
    host: state.host ?? null,
    hosting: readHosting(state.hosting ?? {}),
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
    hosting: { unlisted: false, approval: false, bank: false, ...config.hosting },
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
export function newSeat({ player, name, stack, owes_small = false, played = false }) {
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
