/**
 * Formats amounts, times, cards and names, in the viewer's language.
 */

import { formatter, hasText, number, t } from "../texts/texts.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/** @type {Record<string, string>} */
const SUIT_SIGNS = { c: "♣", d: "♦", h: "♥", s: "♠" };
/** Ranks that have names; the others are numbers. @type {Record<string, TextKey>} */
const RANK_NAMES = {
  T: "rank.ten",
  J: "rank.jack",
  Q: "rank.queen",
  K: "rank.king",
  A: "rank.ace",
};

/** @param {number} amount */
export function chips(amount) {
  return number(amount);
}

/**
 * An amount with its sign: "+500", "−500".
 * @param {number} amount
 */
export function signed(amount) {
  const format = formatter("signed", (tag) => new Intl.NumberFormat(tag, { signDisplay: "exceptZero" }));
  return format.format(amount).replace("-", "−");
}

/**
 * A time of day, with the date unless it is today.
 * @param {number} atMs
 * @param {number} nowMs
 */
export function timeOf(atMs, nowMs) {
  const time = formatter("time", (tag) => {
    return new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }).format(atMs);
  if (new Date(atMs).toDateString() === new Date(nowMs).toDateString()) return time;
  const day = formatter("day", (tag) => new Intl.DateTimeFormat(tag, { month: "short", day: "numeric" }));
  return t("time.on_day", { time, day: day.format(atMs) });
}

/**
 * A duration, rounded up: "40 s", "12 min", "1 h 5 min".
 * @param {number} ms
 */
export function duration(ms) {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return t("time.seconds", { seconds });
  const all = Math.ceil(seconds / 60);
  if (all < 60) return t("time.minutes", { minutes: all });
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  return minutes ? t("time.hours_minutes", { hours, minutes }) : t("time.hours", { hours });
}

/**
 * An amount in short form: "1.25M".
 * @param {number} amount
 */
export function shortChips(amount) {
  if (amount < 1_000_000) return number(amount);
  return formatter("compact", (tag) => {
    return new Intl.NumberFormat(tag, { notation: "compact", maximumFractionDigits: 2 });
  })
    .format(amount)
    // A plate has room for "9,88 M", as in French, not for "9,88 Mio."
    .replace("Mio.", "M");
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
  const suit = `suit.${card[1]}`;
  if (!hasText(suit)) return t("card.face_down");
  const name = RANK_NAMES[card[0]];
  return t("card.name", { rank: name ? t(name) : card[0], suit: t(suit) });
}

/**
 * @param {TableState} table
 * @param {number} seat
 */
export function nameAt(table, seat) {
  return table.seats[seat]?.name ?? t("seat.name", { seat: seat + 1 });
}

/**
 * The text with a capital first letter.
 * @param {string} text
 */
export function sentence(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}
