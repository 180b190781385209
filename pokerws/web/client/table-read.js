/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */

// The message types, with the omitted fields filled in.

/** @typedef {Required<import("./messages.js").LimitStakes>} LimitStakes */
/** @typedef {Required<import("./messages.js").Mix>} Mix */
/**
 * @typedef {Omit<Required<import("./messages.js").HouseRules>, "rake"|"session"> &
 *   {rake: import("./messages.js").Rake|null,
 *    session: import("./messages.js").SessionLimits|null}} HouseRules
 */

/** @typedef {Required<import("./messages.js").PresenceOptions>} PresenceOptions */

/**
 * @typedef {Omit<Required<import("./messages.js").Clocks>, "bank"|"protection"|"lag"> & {
 *   bank: Required<import("./messages.js").TimeBank>|null,
 *   protection: Required<import("./messages.js").DisconnectProtection>|null,
 *   lag: Required<import("./messages.js").LagAllowance>|null,
 * }} Clocks
 */

/**
 * @typedef {Omit<import("./messages.js").TableConfig, "limit"|"mix"|"house"|"clocks"|"presence"> &
 *   {limit: LimitStakes, mix: Mix, house: HouseRules, clocks: Clocks,
 *    presence: PresenceOptions}} TableConfig
 */

/** @typedef {import("./messages.js").SeatClock} SeatClock */
/**
 * @typedef {Omit<Required<import("./messages.js").Seat>, "clock"> & {clock: SeatClock|null}} Seat
 */
/** @typedef {Required<import("./messages.js").Departure>} Departure */
/** @typedef {import("./messages.js").Pot} Pot */
/** @typedef {Required<import("./messages.js").Turn>} Turn */
/** @typedef {import("./messages.js").FixedLimit} FixedLimit */
/** @typedef {Required<import("./messages.js").LastHand>} LastHand */
/**
 * @typedef {Omit<Required<import("./messages.js").Extras>, "stand_up"> &
 *   {stand_up: import("./messages.js").StandUp|null}} Extras
 */

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
 * @typedef {Omit<import("./messages.js").Table, "seats"|"hand"|"config"|"departed"|"last_hand"|"extras"> &
 *   {seats: (Seat|null)[], hand: Hand|null, config: TableConfig, departed: Departure[],
 *    last_hand: LastHand|null, extras: Extras|null}} TableState
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
    last_hand: state.last_hand ? { ...newLastHand(), ...state.last_hand } : null,
    game: state.game ?? null,
    departed: (state.departed ?? []).map(readDeparture),
    host: state.host ?? null,
    bots: state.bots ?? [],
    extras: state.extras ? { ...newExtras(), ...state.extras } : null,
  };
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
      bomb_pot_vote: "off",
      rabbit_hunt: "off",
      seven_deuce: 0,
      stand_up: 0,
      ante_only: false,
      rake: null,
      session: null,
      ...config.house,
    },
    presence: { absent_seat_ms: 0, ...config.presence },
    clocks: readClocks(config.clocks ?? {}),
  };
}

/**
 * @param {any} clocks
 * @returns {Clocks}
 */
function readClocks({ street_ms = [], bank, protection, lag, timeouts_to_sit_out = 2 }) {
  return {
    street_ms,
    bank: bank
      ? {
          start_ms: 30_000,
          refill_ms: 5_000,
          refill_hands: 10,
          max_ms: 120_000,
          use: "auto",
          ...bank,
        }
      : null,
    protection: protection
      ? {
          times: 3,
          base_ms: 20_000,
          big_blind_ms: 500,
          max_ms: 60_000,
          back_ms: 5_000,
          ...protection,
        }
      : null,
    lag: lag ? { turn_ms: 500, seated_ms: 10_000, ...lag } : null,
    timeouts_to_sit_out,
  };
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
export function newSeat({ player, name, stack, owes_small = false, played = false, clock = null, bot = false }) {
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
