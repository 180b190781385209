/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */
export type LimitStakes = Required<import("./messages.js").LimitStakes>;
export type Mix = Required<import("./messages.js").Mix>;
export type HouseRules = Omit<Required<import("./messages.js").HouseRules>, "rake" | "session"> & {
    rake: import("./messages.js").Rake | null;
    session: import("./messages.js").SessionLimits | null;
};
export type PresenceOptions = Required<import("./messages.js").PresenceOptions>;
export type Clocks = Omit<Required<import("./messages.js").Clocks>, "bank" | "protection" | "lag"> & {
    bank: Required<import("./messages.js").TimeBank> | null;
    protection: Required<import("./messages.js").DisconnectProtection> | null;
    lag: Required<import("./messages.js").LagAllowance> | null;
};
export type TableConfig = Omit<import("./messages.js").TableConfig, "limit" | "mix" | "house" | "clocks" | "presence"> & {
    limit: LimitStakes;
    mix: Mix;
    house: HouseRules;
    clocks: Clocks;
    presence: PresenceOptions;
};
export type SeatClock = import("./messages.js").SeatClock;
export type Seat = Omit<Required<import("./messages.js").Seat>, "clock"> & {
    clock: SeatClock | null;
};
export type Departure = Required<import("./messages.js").Departure>;
export type Pot = import("./messages.js").Pot;
export type Turn = Required<import("./messages.js").Turn>;
export type FixedLimit = import("./messages.js").FixedLimit;
export type LastHand = Required<import("./messages.js").LastHand>;
export type Extras = Omit<Required<import("./messages.js").Extras>, "stand_up"> & {
    stand_up: import("./messages.js").StandUp | null;
};
export type HandSeat = Omit<Required<import("./messages.js").HandSeat>, "acted_to" | "drew"> & {
    acted_to: number | null;
    drew: number | null;
};
export type HandParts = {
    seats: (HandSeat | null)[];
    turn: Turn | null;
    limit: FixedLimit | null;
    aggressor: number | null;
    last_actor: number | null;
    opener: number | null;
};
export type Hand = Omit<Required<import("./messages.js").Hand>, keyof HandParts> & HandParts;
export type TableState = Omit<import("./messages.js").Table, "seats" | "hand" | "config" | "departed" | "last_hand" | "extras"> & {
    seats: (Seat | null)[];
    hand: Hand | null;
    config: TableConfig;
    departed: Departure[];
    last_hand: LastHand | null;
    extras: Extras | null;
};
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
export declare function readTable(state: any): TableState;
/**
 * @param {any} departure
 * @returns {Departure}
 */
export declare function readDeparture({ player, stack, until_ms, owes_blinds }: any): Departure;
/**
 * @param {any} config
 * @returns {TableConfig}
 */
export declare function readConfig(config: any): TableConfig;
/**
 * @param {any} turn
 * @returns {Turn}
 */
export declare function readTurn(turn: any): Turn;
/**
 * A new hand, without the fields that `hand_started` gives.
 * @returns {Omit<Hand, "number"|"order"|"seats"|"deck"|"min_bet">}
 */
export declare function newHand(): Omit<Hand, "number" | "order" | "seats" | "deck" | "min_bet">;
/**
 * A newly taken seat.
 * @param {any} who its `player`, `name` and `stack`, and what the player owes from an earlier stay
 * @returns {Seat}
 */
export declare function newSeat({ player, name, stack, owes_small, played, clock, bot }: any): Seat;
/**
 * The last hand, without its number and cards.
 * @returns {Omit<LastHand, "number"|"cards">}
 */
export declare function newLastHand(): Omit<LastHand, "number" | "cards">;
/** @returns {Extras} */
export declare function newExtras(): Extras;
/** @returns {HandSeat} */
export declare function newHandSeat(): HandSeat;
