/**
 * Formats amounts, times, cards and names.
 */

/** @typedef {import("../client/state/table-state.js").TableState} TableState */

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

/** @param {number} amount */
export function chips(amount) {
  return NUMBER.format(amount);
}

/**
 * An amount with its sign: "+500", "−500".
 * @param {number} amount
 */
export function signed(amount) {
  return SIGNED.format(amount).replace("-", "−");
}

/**
 * A time of day, with the date unless it is today.
 * @param {number} atMs
 * @param {number} nowMs
 */
export function timeOf(atMs, nowMs) {
  const today = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return TIME.format(atMs) + (today ? "" : ` on ${DAY.format(atMs)}`);
}

/**
 * A duration, rounded up: "40 s", "12 min", "1 h 5 min".
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
 * An amount in short form: "1.25M".
 * @param {number} amount
 */
export function shortChips(amount) {
  return amount < 1_000_000 ? NUMBER.format(amount) : SHORT.format(amount);
}

/**
 * Cards in symbols: "K♠ 10♦".
 * @param {string[]} cards
 */
export function cardSigns(cards) {
  return cards.map((card) => rankSign(card) + (SUIT_SIGNS[card[1]] ?? "?")).join(" ");
}

/**
 * A card's printed rank: `10` for `Td`.
 * @param {string} card
 */
export function rankSign(card) {
  return card[0] === "T" ? "10" : card[0];
}

/**
 * A card in words: "king of spades".
 * @param {string} card
 */
export function cardName(card) {
  if (card === "??") return "a face-down card";
  return `${RANK_NAMES[card[0]] ?? card[0]} of ${SUIT_NAMES[card[1]]}`;
}

/**
 * @param {TableState} table
 * @param {number} seat
 */
export function nameAt(table, seat) {
  return table.seats[seat]?.name ?? `Seat ${seat + 1}`;
}

/**
 * The text with a capital first letter.
 * @param {string} text
 */
export function sentence(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}
