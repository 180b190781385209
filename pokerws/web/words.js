/**
 * Everything that is said in words: amounts, cards, and each event as a sentence.
 */

/** @typedef {import("./table-state.js").TableState} TableState */
/** @typedef {import("./table-state.js").TableEvent} TableEvent */

const NUMBER = new Intl.NumberFormat("en-US");
const SIGNED = new Intl.NumberFormat("en-US", { signDisplay: "exceptZero" });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric" });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });
/** @typedef {Record<string, string>} Names */
/** @type {Names} */
const SUIT_SIGNS = { c: "♣", d: "♦", h: "♥", s: "♠" };
/** @type {Names} */
const RANK_NAMES = { T: "ten", J: "jack", Q: "queen", K: "king", A: "ace" };
/** @type {Names} */
const SUIT_NAMES = { c: "clubs", d: "diamonds", h: "hearts", s: "spades" };
/**
 * The names of streets, by the variant's code.
 * @type {Record<string, string[]>}
 */
const STREETS = { NT: ["Preflop", "Flop", "Turn", "River"] };
/** @type {Names} */
const BLINDS = {
  small: "the small blind",
  big: "the big blind",
  straddle: "a straddle",
  entry: "a blind to come in",
};
/** @type {Names} */
const SAT_OUT = {
  asked: "sits out",
  timed_out: "ran out of time again and sits out",
  busted: "is out of chips",
};

/** @type {Names} */
const CLOSED = {
  abandoned: "nobody was playing",
  overtaken: "the server did not have its newest state",
  operator: "the operator has closed it",
};

/**
 * Why chips moved between an account and what else there is.
 * @type {Record<string, (table: string) => string>}
 */
const TRANSFERS = {
  grant: () => "Welcome gift",
  refill: () => "Refill",
  buy_in: (table) => `Sat down at ${table}`,
  add_on: (table) => `Added chips at ${table}`,
  top_up: (table) => `Topped up at ${table}`,
  cash_out: (table) => `Left ${table}`,
  refund: (table) => `Refund from ${table}`,
  opening: () => "Carried over",
};

/** @param {number} amount */
export function chips(amount) {
  return NUMBER.format(amount);
}

/**
 * An amount that came or went: "+500", "−500".
 * @param {number} amount
 */
export function signed(amount) {
  return SIGNED.format(amount).replace("-", "−");
}

/**
 * What a line of an account's history is about.
 * @param {import("./account.js").Transfer} transfer
 * @param {string} table its name
 */
export function transferInWords({ reason }, table) {
  return TRANSFERS[reason]?.(table) ?? sentence(reason.replaceAll("_", " "));
}

/**
 * A time of day, with the date unless it is today's.
 * @param {number} atMs
 * @param {number} nowMs
 */
export function timeOf(atMs, nowMs) {
  const today = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return TIME.format(atMs) + (today ? "" : ` on ${DAY.format(atMs)}`);
}

/**
 * How long something takes, rounded up: "40 s", "12 min", "1 h 5 min".
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${NUMBER.format(Math.floor(minutes / 60))} h${rest ? ` ${rest} min` : ""}`;
}

/**
 * An amount that fits into a small place.
 * @param {number} amount
 */
export function shortChips(amount) {
  return amount < 1_000_000 ? NUMBER.format(amount) : SHORT.format(amount);
}

/**
 * Cards as they are written: "K♠ 10♦".
 * @param {string[]} cards
 */
export function cardSigns(cards) {
  return cards.map((card) => rankSign(card) + (SUIT_SIGNS[card[1]] ?? "?")).join(" ");
}

/**
 * A card's rank as it is printed: `10` for `Td`.
 * @param {string} card
 */
export function rankSign(card) {
  return card[0] === "T" ? "10" : card[0];
}

/**
 * A card as it is read aloud: "king of spades".
 * @param {string} card
 */
export function cardName(card) {
  if (card === "??") return "a face-down card";
  return `${RANK_NAMES[card[0]] ?? card[0]} of ${SUIT_NAMES[card[1]]}`;
}

/**
 * @param {string} variant
 * @param {number} street
 */
export function streetName(variant, street) {
  return STREETS[variant]?.[street] ?? `Street ${street + 1}`;
}

/** @param {import("./table-state.js").TableConfig} config */
export function stakes(config) {
  const ante = config.ante ? `, ante ${chips(config.ante)}` : "";
  return `${chips(config.small_blind)} / ${chips(config.big_blind)}${ante}`;
}

/**
 * @param {TableState} table
 * @param {number} seat
 */
export function nameAt(table, seat) {
  return table.seats[seat]?.name ?? `Seat ${seat + 1}`;
}

/** @param {string} text */
export function sentence(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}

/**
 * What happened, in a sentence; null for what need not be told.
 * @param {TableState} table as it was before the event
 * @param {TableEvent} event
 * @returns {string|null}
 */
export function tell(table, event) {
  return TOLD[event.type]?.(table, event, nameAt(table, event.seat)) ?? null;
}

/** @type {Record<string, (table: TableState, event: TableEvent, name: string) => string|null>} */
const TOLD = {
  player_sat: (_, event) => `${event.name} sits down with ${chips(event.stack)}`,
  player_stood: (_, event, name) => `${name} leaves the table with ${chips(event.stack)}`,
  player_leaving: (_, event, name) => `${name} leaves after this hand`,
  chips_added: (_, event, name) => `${name} adds ${chips(event.amount)}`,
  player_sat_out: (_, event, name) => `${name} ${SAT_OUT[event.reason] ?? SAT_OUT.asked}`,
  player_sat_in: (_, event, name) => `${name} is back`,
  next_hand_cancelled: () => "Waiting for players",
  clock_resumed: () => "The clock goes on",
  hand_started: (table, event) => {
    const dealer = table.seats[event.button];
    return `Hand ${event.hand}${dealer ? ` – ${dealer.name} deals` : ""}`;
  },
  ante_posted: (_, event, name) => `${name} posts an ante of ${chips(event.amount)}`,
  blind_posted: (table, event, name) =>
    `${name} posts ${BLINDS[event.blind]}, ${chips(event.amount)}${allIn(table, event, event.amount)}`,
  turn_timed_out: (_, event, name) => `${name} ran out of time`,
  folded: (_, event, name) => `${name} folds`,
  checked: (_, event, name) => `${name} checks`,
  called: (table, event, name) =>
    `${name} calls ${chips(event.amount)}${allIn(table, event, event.amount)}`,
  bet_placed: (table, event, name) =>
    `${name} bets ${chips(event.to)}${allIn(table, event, added(table, event))}`,
  raised: (table, event, name) =>
    `${name} raises to ${chips(event.to)}${allIn(table, event, added(table, event))}`,
  uncalled_bet_returned: (_, event, name) =>
    `${chips(event.amount)} not called, returned to ${name}`,
  board_dealt: (table, event) =>
    `${streetName(table.config.variant, event.street)}: ${cardSigns(event.cards)}`,
  cards_shown: (_, event, name) =>
    `${name} shows ${cardSigns(event.cards)}${event.hand ? ` – ${event.hand}` : ""}`,
  hand_shown: (_, event, name) => `${name} shows ${cardSigns(event.cards)}`,
  cards_mucked: (_, event, name) => `${name} mucks`,
  pot_awarded: tellAward,
  hand_cancelled: (_, event) => `Hand ${event.hand} is cancelled, and all bets go back`,
  table_closed: (_, event) => closedInWords(event.reason),
};

/**
 * Why a table has gone; without a reason, that it has.
 * @param {string} [reason]
 */
export function closedInWords(reason = "") {
  const why = CLOSED[reason];
  return `The table is closed${why ? `: ${why}` : ""}`;
}

/**
 * Who won how much, and with what.
 * @typedef {object} Award
 * @property {string[]} names
 * @property {number} amount
 * @property {string} hand
 */

/**
 * @param {TableState} table
 * @param {TableEvent} event a `pot_awarded`
 * @returns {Award}
 */
export function awardOf(table, event) {
  /** @type {{seat: number, amount: number}[]} */
  const shares = event.shares;
  return {
    names: shares.map((share) => nameAt(table, share.seat)),
    amount: shares.reduce((sum, share) => sum + share.amount, 0),
    hand: event.hand ?? "",
  };
}

/**
 * The end of a hand in sentences, one for all pots that the same players won.
 * @param {Award[]} awards
 * @returns {string[]}
 */
export function resultInWords(awards) {
  /** @type {Map<string, Award>} */
  const merged = new Map();
  for (const award of awards) {
    const key = JSON.stringify([award.names, award.hand]);
    const earlier = merged.get(key)?.amount ?? 0;
    merged.set(key, { ...award, amount: earlier + award.amount });
  }
  return [...merged.values()].map((award) => awardInWords(award));
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 */
function tellAward(table, event) {
  const several = (table.hand?.pots.length ?? 0) > 1;
  const pot = event.pot ? `side pot ${event.pot}` : "the main pot";
  return awardInWords(awardOf(table, event), several ? ` from ${pot}` : "");
}

/**
 * @param {Award} award
 * @param {string} [from]
 */
function awardInWords({ names, amount, hand }, from = "") {
  const verb = names.length === 1 ? "wins" : "split";
  return `${listed(names)} ${verb} ${chips(amount)}${from}${hand && ` with ${withArticle(hand)}`}`;
}

/** @param {string[]} names */
function listed(names) {
  if (names.length === 1) return names[0];
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/**
 * A hand in words inside a sentence: "a pair of kings", "two pair, kings and tens".
 * @param {string} hand
 */
function withArticle(hand) {
  return /^(pair|straight|flush|full|royal)/.test(hand) ? `a ${hand}` : hand;
}

/**
 * What a bet or raise took from the stack.
 * @param {TableState} table
 * @param {TableEvent} event
 */
function added(table, event) {
  return event.to - (table.hand?.seats[event.seat]?.bet ?? 0);
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {number} paid
 */
function allIn(table, event, paid) {
  return table.seats[event.seat]?.stack === paid ? " and is all-in" : "";
}
