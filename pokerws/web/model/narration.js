/**
 * Describes events in sentences for the log, and the result of a hand.
 */

import { hasText, joined, listed, t } from "../texts/texts.js";
import { cardSigns, chips, nameAt } from "./format.js";
import { gameName, isMix, streetName } from "./games.js";
import { handInWords } from "./hand-words.js";
import { HOSTING_DESCRIPTIONS } from "./hosting-narration.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/**
 * @param {TableState} table
 * @param {string} player
 */
function waiterName(table, player) {
  return table.waiting.find((one) => one.player === player)?.name ?? t("log.someone");
}

/**
 * The event as a sentence, or null if it is not worth a line in the log.
 * @param {TableState} table the state before the event
 * @param {TableEvent} event
 * @returns {string|null}
 */
export function describeEvent(table, event) {
  return DESCRIPTIONS[event.type]?.(table, event, nameAt(table, event.seat)) ?? null;
}

/** @typedef {(table: TableState, event: TableEvent, name: string) => string|null} Description */

/** @type {Record<string, Description>} */
const DESCRIPTIONS = {
  player_sat: (_, { name, stack }) => t("log.player_sat", { name, amount: chips(stack) }),
  player_stood: (_, event, name) => t("log.player_stood", { name, amount: chips(event.stack) }),
  player_leaving: named("log.player_leaving"),
  chips_added: (_, { amount, auto }, name) =>
    t(auto ? "log.chips_added_auto" : "log.chips_added", { name, amount: chips(amount) }),
  entry_chosen: (_, event, name) =>
    t(event.posts ? "log.will_post" : "log.waits_for_blind", { name }),
  plan_made: (_, event, name) => t(keyOf("log.plan", event.plan, "log.plan.none"), { name }),
  waiter_joined: (_, { name }) => t("log.waiter_joined", { name }),
  waiter_left: (table, event) => t("log.waiter_left", { name: waiterName(table, event.player) }),
  seat_reserved: (table, { seat, player }) =>
    t("log.seat_reserved", { seat: seat + 1, name: waiterName(table, player) }),
  player_sat_out: (_, event, name) =>
    t(keyOf("log.sat_out", event.reason, "log.sat_out.asked"), { name }),
  player_sat_in: named("log.player_sat_in"),
  bots_wanted: describeBots,
  next_hand_cancelled: (table) => (table.hosting.paused ? null : t("log.waiting")),
  clock_resumed: () => t("log.clock_resumed"),
  hand_started: describeHandStart,
  game_changed: describeGameChange,
  ante_posted: (_, event, name) => t("log.ante", { name, amount: chips(event.amount) }),
  blind_posted: (table, event, name) =>
    paying(table, event, name, keyOf("log.blind", event.blind, "log.blind.big")),
  bring_in_posted: (table, event, name) => paying(table, event, name, "log.bring_in"),
  hole_cards_dealt: describeStreet,
  draw_started: (table, event) =>
    event.street === table.hand?.street
      ? t("log.everyone_discards")
      : streetAt(table, event.street),
  cards_drawn: describeCardsDrawn,
  run_it_agreed: (_, { times }) =>
    times === 2 ? t("log.run_it_twice") : t("log.run_it", { count: times }),
  time_bank_started: named("log.time_bank"),
  connection_protected: named("log.connection_lost"),
  connection_restored: named("log.connection_restored"),
  turn_timed_out: named("log.timed_out"),
  folded: named("log.folds"),
  checked: named("log.checks"),
  called: (table, event, name) => paying(table, event, name, "log.calls"),
  bet_placed: (table, event, name) => raising(table, event, name, "log.bets"),
  raised: (table, event, name) => raising(table, event, name, "log.raises"),
  uncalled_bet_returned: (_, event, name) =>
    t("log.uncalled", { name, amount: chips(event.amount) }),
  board_dealt: describeBoard,
  cards_shown: (_, event, name) => {
    const values = { name, cards: cardSigns(event.cards), hand: describeShownHand(event) };
    return t(values.hand ? "log.shows_hand" : "log.shows", values);
  },
  hand_shown: describeShown,
  cards_mucked: named("log.mucks"),
  rake_taken: (_, { amount }) => t("log.rake", { amount: chips(amount) }),
  part_shown: describeShown,
  rabbit_agreed: named("log.rabbit_asked"),
  rabbit_shown: (_, { boards }) => t("log.rabbit_shown", { cards: listed(boards.map(cardSigns)) }),
  bomb_pot_voted: (_, event, name) =>
    t(event.on ? "log.bomb_pot_vote" : "log.bomb_pot_vote_back", { name }),
  bonus_paid: describeBonus,
  stand_up_started: () => t("log.stand_up_started"),
  stand_up_won: (table, { seats }) => {
    /** @type {string[]} */
    const names = seats.map((/** @type {number} */ seat) => nameAt(table, seat));
    return t("log.stand_up_won", { names: listed(names), count: names.length });
  },
  session_ending: (_, event) => t("log.session_ending", { hand: event.last_hand }),
  pot_awarded: describePotAward,
  hand_cancelled: (_, event) => t("log.hand_cancelled", { hand: event.hand }),
  table_closed: (_, event) => describeClosing(event.reason),
  ...HOSTING_DESCRIPTIONS,
};

/**
 * A sentence with nothing but the player's name.
 * @param {TextKey} key
 * @returns {Description}
 */
function named(key) {
  return (_, __, name) => t(key, { name });
}

/**
 * The key of one of several texts, by a word of the server's; `other` for a word that is not known.
 * @param {string} area
 * @param {string} word
 * @param {TextKey} other
 * @returns {TextKey}
 */
function keyOf(area, word, other) {
  const key = `${area}.${word}`;
  return hasText(key) ? key : other;
}

/**
 * A sentence about chips that a player puts in.
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {string} name
 * @param {TextKey} key
 */
function paying(table, event, name, key) {
  const text = t(key, { name, amount: chips(event.amount) });
  return withAllIn(table, event, event.amount, text);
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a bet or raise
 * @param {string} name
 * @param {TextKey} key
 */
function raising(table, event, name, key) {
  const added = event.to - (table.hand?.seats[event.seat]?.bet ?? 0);
  return withAllIn(table, event, added, t(key, { name, amount: chips(event.to) }));
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {number} paid
 * @param {string} text
 */
function withAllIn(table, event, paid, text) {
  return table.seats[event.seat]?.stack === paid ? t("log.all_in", { text }) : text;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {string} name
 */
function describeShown(table, event, name) {
  return t("log.shows", { name, cards: cardSigns(event.cards) });
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `board_dealt`
 */
function describeBoard(table, event) {
  const values = {
    street: streetAt(table, event.street),
    board: (event.board ?? 0) + 1,
    cards: cardSigns(event.cards),
  };
  return t(table.hand?.extra_boards.length ? "log.street_board" : "log.street", values);
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `bots_wanted`
 */
function describeBots({ bots: before }, { bots: after }) {
  /** @param {{name: string}[]} bots */
  const names = (bots) => bots.map(({ name }) => name);
  const added = names(after).filter((name) => !names(before).includes(name));
  const removed = names(before).filter((name) => !names(after).includes(name));
  if (added.length) return t("log.bots_added", { names: listed(added), count: added.length });
  return removed.length ? t("log.bots_removed", { names: listed(removed) }) : null;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `hand_started`
 */
function describeHandStart({ seats, config }, event) {
  const dealer = seats[event.button];
  const parts = [t("log.hand", { number: String(event.hand) })];
  if (isMix(config.variant)) parts.push(gameName(event.variant ?? "NT"));
  if (event.bomb_pot) parts.push(t("log.bomb_pot"));
  if (dealer) parts.push(t("log.deals", { name: dealer.name }));
  return parts.join(" – ");
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `bonus_paid`
 */
function describeBonus(table, { bonus, paid = [], received = [] }) {
  if (!paid.length) return t("log.stand_up_nobody");
  const [one, all] = bonus === "stand_up" ? [paid, received] : [received, paid];
  const values = { name: nameAt(table, one[0].seat), amount: chips(one[0].amount) };
  if (bonus === "stand_up") return t("log.stand_up_paid", values);
  return t("log.seven_deuce", { ...values, count: all.length });
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `game_changed`
 */
function describeGameChange(table, event) {
  const game = gameName(event.variant);
  if (event.seat !== undefined) return t("log.game_chosen", { name: nameAt(table, event.seat), game });
  return t("log.game_changed", { game, count: event.hands });
}

/**
 * The face-up cards of a street of stud.
 * @param {TableState} table
 * @param {TableEvent} event a `hole_cards_dealt`
 */
function describeStreet(table, event) {
  /** @type {string[][]} */
  const up = event.up ?? [];
  const shown = up.flatMap((cards, seat) =>
    cards.length
      ? [t("log.seat_cards", { name: nameAt(table, seat), cards: cardSigns(cards) })]
      : [],
  );
  if (!shown.length && !event.street) return null;
  const street = streetAt(table, event.street ?? 0);
  return shown.length ? t("log.street", { street, cards: joined(shown) }) : street;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `cards_drawn`
 * @param {string} name
 */
function describeCardsDrawn(table, { discarded = [], drawn = [] }, name) {
  if (!discarded.length) return t("log.stands_pat", { name });
  const known = !discarded.includes("??");
  const values = { name, cards: cardSigns(discarded), drawn: cardSigns(drawn) };
  if (!drawn.length) return t(known ? "log.discards_cards" : "log.discards", values);
  return known ? t("log.discards_draws", values) : t("log.draws", { name, count: drawn.length });
}

/**
 * @param {TableState} table
 * @param {number} street
 */
function streetAt({ hand }, street) {
  return streetName(hand?.variant ?? "NT", street);
}

/**
 * A shown high and low hand: "a pair of kings, 8-6-4-3-A low".
 * @param {TableEvent} event a `cards_shown`
 */
export function describeShownHand({ hand = "", low = "" }) {
  const [high, other] = [handInWords(hand), handInWords(low)];
  return high && other ? t("hand.high_and_low", { high, low: other }) : high || other;
}

/**
 * That a table is closed, with the reason if it is known.
 * @param {string} [reason]
 */
export function describeClosing(reason = "") {
  return t(keyOf("closed", reason, "closed."));
}

/**
 * The winners of a pot, or of the part of a divided pot that `board` and `side` name.
 * @typedef {object} Award
 * @property {string[]} names
 * @property {number} amount
 * @property {string} hand in words
 * @property {number} board its number, or 0 if there is only one
 * @property {"" | "high" | "low"} side
 */

/**
 * @param {TableState} table
 * @param {TableEvent} event a `pot_awarded`
 * @returns {Award}
 */
export function awardOf(table, event) {
  /** @type {{seat: number, amount: number}[]} */
  const shares = event.shares;
  const several = (table.hand?.extra_boards.length ?? 0) > 0;
  return {
    names: shares.map((share) => nameAt(table, share.seat)),
    amount: shares.reduce((sum, share) => sum + share.amount, 0),
    hand: handInWords(event.hand ?? ""),
    board: several ? (event.board ?? 0) + 1 : 0,
    side: event.side ?? "",
  };
}

/**
 * The result of a hand in sentences. What the same players won on one board, from several pots or
 * with the high and the low hand, is combined.
 * @param {Award[]} awards
 * @returns {string[]}
 */
export function describeResult(awards) {
  const pots = merged(awards, ({ board, side, names, hand }) => [board, side, names, hand]);
  const sides = merged(pots, ({ board, side, names }) => [board, side && names, names]);
  return sides.map((award) => describeAward(award, partOf(award)));
}

/**
 * Combine awards with the same key; different hands are all named.
 * @param {Award[]} awards
 * @param {(award: Award) => unknown[]} keyOfAward
 * @returns {Award[]}
 */
function merged(awards, keyOfAward) {
  /** @type {Map<string, Award>} */
  const byKey = new Map();
  for (const award of awards) {
    const key = JSON.stringify(keyOfAward(award));
    const earlier = byKey.get(key);
    const hands = new Set([earlier?.hand ?? award.hand, award.hand]);
    byKey.set(key, {
      ...award,
      amount: (earlier?.amount ?? 0) + award.amount,
      hand: listed([...hands]),
      side: earlier && earlier.side !== award.side ? "" : award.side,
    });
  }
  return [...byKey.values()];
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 */
function describePotAward(table, event) {
  const award = awardOf(table, event);
  const several = (table.hand?.pots.length ?? 0) > 1;
  const pot = event.pot ? t("part.side_pot", { number: event.pot }) : t("part.main_pot");
  return describeAward(award, joined([...(several ? [pot] : []), partOf(award)].filter(Boolean)));
}

/**
 * The board and the side that an award is for; empty if it is for all.
 * @param {Award} award
 */
function partOf({ board, side }) {
  if (board) return t(side ? `part.board_${side}` : "part.board", { number: board });
  return side && t(`part.${side}`);
}

/**
 * @param {Award} award
 * @param {string} part
 */
function describeAward({ names, amount, hand }, part) {
  const verb = names.length === 1 ? "wins" : "split";
  const values = { names: listed(names), amount: chips(amount), hand };
  const text = t(hand ? `log.${verb}_with` : `log.${verb}`, values);
  return part ? t("log.of_part", { part, text }) : text;
}
