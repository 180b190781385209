/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */
export type LimitStakes = Required<import("./messages.js").LimitStakes>;
export type Mix = Required<import("./messages.js").Mix>;
export type HouseRules = Required<import("./messages.js").HouseRules>;
export type Seating = Required<import("./messages.js").Seating>;
export type TableConfig = Omit<import("./messages.js").TableConfig, "limit" | "mix" | "house" | "seating"> & {
    limit: LimitStakes;
    mix: Mix;
    house: HouseRules;
    seating: Seating;
};
export type AutoBuy = Omit<Required<import("./messages.js").AutoBuy>, "left"> & {
    left: number | null;
};
export type Waiter = Omit<Required<import("./messages.js").Waiter>, "seat"> & {
    seat: number | null;
};
export type Seat = Omit<Required<import("./messages.js").Seat>, "auto"> & {
    auto: AutoBuy | null;
};
export type Departure = Required<import("./messages.js").Departure>;
export type Pot = import("./messages.js").Pot;
export type Turn = Required<import("./messages.js").Turn>;
export type FixedLimit = import("./messages.js").FixedLimit;
export type LastHand = import("./messages.js").LastHand;
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
export type TableState = Omit<import("./messages.js").Table, "seats" | "hand" | "config" | "departed" | "waiting"> & {
    seats: (Seat | null)[];
    hand: Hand | null;
    config: TableConfig;
    departed: Departure[];
    waiting: Waiter[];
};
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
export declare function readTable(state: any): TableState;
/**
 * @param {any} auto
 * @returns {AutoBuy|null}
 */
export declare function readAuto(auto: any): AutoBuy | null;
/**
 * @param {any} waiter
 * @returns {Waiter}
 */
export declare function readWaiter({ player, name, seat, until_ms }: any): Waiter;
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
export declare function newSeat({ player, name, stack, owes_small, played, posts }: any): Seat;
/** @returns {HandSeat} */
export declare function newHandSeat(): HandSeat;
