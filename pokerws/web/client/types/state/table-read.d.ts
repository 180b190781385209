/**
 * Reads states from messages and fills in the defaults that the wire format omits. No other module
 * knows the defaults.
 */
export type TableEvent = {
    type: string;
} & Record<string, any>;
export type TableConfig = import("./table-config.js").TableConfig;
export type SeatClock = import("../messages.js").SeatClock;
export type AutoBuy = Omit<Required<import("../messages.js").AutoBuy>, "left"> & {
    left: number | null;
};
export type Waiter = Omit<Required<import("../messages.js").Waiter>, "seat"> & {
    seat: number | null;
};
export type Seat = Omit<Required<import("../messages.js").Seat>, "clock" | "auto"> & {
    clock: SeatClock | null;
    auto: AutoBuy | null;
};
export type Departure = Required<import("../messages.js").Departure>;
export type Pot = import("../messages.js").Pot;
export type Turn = Required<import("../messages.js").Turn>;
export type FixedLimit = import("../messages.js").FixedLimit;
export type LastHand = Required<import("../messages.js").LastHand>;
export type Extras = Omit<Required<import("../messages.js").Extras>, "stand_up"> & {
    stand_up: import("../messages.js").StandUp | null;
};
export type HandSeat = Omit<Required<import("../messages.js").HandSeat>, "acted_to" | "drew"> & {
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
export type Hand = Omit<Required<import("../messages.js").Hand>, keyof HandParts> & HandParts;
export type BankLine = Required<import("../messages.js").BankLine>;
export type Hosting = Omit<Required<import("../messages.js").Hosting>, "next_config" | "first_config" | "bank"> & {
    next_config: TableConfig | null;
    first_config: TableConfig | null;
    bank: BankLine[];
};
export type TableParts = {
    seats: (Seat | null)[];
    hand: Hand | null;
    config: TableConfig;
    departed: Departure[];
    last_hand: LastHand | null;
    extras: Extras | null;
    host: string | null;
    hosting: Hosting;
    waiting: Waiter[];
};
export type TableState = Omit<import("../messages.js").Table, keyof TableParts> & TableParts;
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
export declare function readTable(state: any): TableState;
/**
 * @param {any} hosting
 * @returns {Hosting}
 */
export declare function readHosting({ bank, next_config, first_config, ...others }: any): Hosting;
/**
 * @param {any} line
 * @returns {BankLine}
 */
export declare function readBankLine({ player, name, given, returned }: any): BankLine;
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
export declare function newSeat({ player, name, stack, owes_small, played, clock, bot, posts, }: any): Seat;
/**
 * The last hand, without its number and cards.
 * @returns {Omit<LastHand, "number"|"cards">}
 */
export declare function newLastHand(): Omit<LastHand, "number" | "cards">;
/** @returns {Extras} */
export declare function newExtras(): Extras;
/** @returns {HandSeat} */
export declare function newHandSeat(): HandSeat;
