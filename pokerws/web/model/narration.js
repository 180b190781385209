/**
 * Describes events in sentences for the log, and the result of a hand.
 */

import { cardSigns, chips, nameAt, sentence } from "./format.js";
import { gameName, isMix, streetName } from "./games.js";
import { HOSTING_DESCRIPTIONS } from "./hosting-narration.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {Record<string, string>} Names */

/** @type {Names} */
const BLINDS = {
  small: "the small blind",
  big: "the big blind",
  straddle: "a straddle",
  sleeper: "a straddle",
  button: "the button blind",
  entry: "an entry blind",
  dead: "a dead blind",
};
/** @type {Names} */
const SAT_OUT = {
  asked: "sits out",
  timed_out: "ran out of time again and sits out",
  busted: "is out of chips",
};

/** @type {Record<number, string>} */
const TIMES = { 2: "twice", 3: "three times" };

/** @type {Names} */
const CLOSED = {
  abandoned: "nobody was playing",
  overtaken: "its latest state was not available",
  operator: "the operator closed it",
  session_over: "its session is over",
  host: "the host closed it",
};

/** @type {Names} */
const PLANS = {
  "": "stays and plays on",
  sit_out_at_blind: "sits out at the next big blind",
  leave_at_blind: "leaves at the next big blind",
  leave_after_hand: "leaves after this hand",
};

/**
 * @param {TableState} table
 * @param {string} player
 */
function waiterName(table, player) {
  return table.waiting.find((one) => one.player === player)?.name ?? "A player";
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

/** @type {Record<string, (table: TableState, event: TableEvent, name: string) => string|null>} */
const DESCRIPTIONS = {
  player_sat: (_, event) => `${event.name} sits down with ${chips(event.stack)}`,
  player_stood: (_, event, name) => `${name} leaves the table with ${chips(event.stack)}`,
  player_leaving: (_, event, name) => `${name} leaves after this hand`,
  chips_added: (_, event, name) =>
    `${name} adds ${chips(event.amount)}${event.auto ? " automatically" : ""}`,
  entry_chosen: (_, event, name) =>
    event.posts ? `${name} will post a blind` : `${name} waits for the big blind`,
  plan_made: (_, event, name) => `${name} ${PLANS[event.plan] ?? PLANS[""]}`,
  waiter_joined: (_, event) => `${event.name} waits for a seat`,
  waiter_left: (table, event) => `${waiterName(table, event.player)} waits no more`,
  seat_reserved: (table, event) =>
    `Seat ${event.seat + 1} is reserved for ${waiterName(table, event.player)}`,
  player_sat_out: (_, event, name) => `${name} ${SAT_OUT[event.reason] ?? SAT_OUT.asked}`,
  player_sat_in: (_, event, name) => `${name} is back`,
  bots_wanted: describeBots,
  next_hand_cancelled: (table) => (table.hosting.paused ? null : "Waiting for players"),
  clock_resumed: () => "The clock resumes",
  hand_started: describeHandStart,
  game_changed: describeGameChange,
  ante_posted: (_, event, name) => `${name} posts an ante of ${chips(event.amount)}`,
  blind_posted: (table, event, name) =>
    `${name} posts ${BLINDS[event.blind]}, ${chips(event.amount)}${allIn(table, event, event.amount)}`,
  bring_in_posted: (table, event, name) =>
    `${name} brings it in for ${chips(event.amount)}${allIn(table, event, event.amount)}`,
  hole_cards_dealt: describeStreet,
  draw_started: (table, event) =>
    event.street === table.hand?.street ? "Everyone discards" : streetAt(table, event.street),
  cards_drawn: describeCardsDrawn,
  run_it_agreed: (_, { times }) => `Everyone agrees to run it ${TIMES[times] ?? `${times} times`}`,
  time_bank_started: (_, event, name) => `${name} uses the time bank`,
  connection_protected: (_, event, name) => `${name} lost the connection and has more time`,
  connection_restored: (_, event, name) => `${name} is connected again`,
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
    `Uncalled bet of ${chips(event.amount)} is returned to ${name}`,
  board_dealt: (table, event) => {
    const board = table.hand?.extra_boards.length ? `, board ${(event.board ?? 0) + 1}` : "";
    return `${streetAt(table, event.street)}${board}: ${cardSigns(event.cards)}`;
  },
  cards_shown: (_, event, name) => {
    const hand = describeShownHand(event);
    return `${name} shows ${cardSigns(event.cards)}${hand && ` – ${hand}`}`;
  },
  hand_shown: (_, event, name) => `${name} shows ${cardSigns(event.cards)}`,
  cards_mucked: (_, event, name) => `${name} mucks`,
  rake_taken: (_, { amount }) => `Rake of ${chips(amount)}`,
  part_shown: (_, event, name) => `${name} shows ${cardSigns(event.cards)}`,
  rabbit_agreed: (_, event, name) => `${name} asks for a rabbit hunt`,
  rabbit_shown: (_, { boards }) => `Would have come: ${boards.map(cardSigns).join(" and ")}`,
  bomb_pot_voted: (_, event, name) =>
    event.on ? `${name} votes for a bomb pot` : `${name} takes back the vote for a bomb pot`,
  bonus_paid: describeBonus,
  stand_up_started: () => "Stand-up game: everyone stands",
  stand_up_won: (table, { seats }) =>
    `${seats.map((/** @type {number} */ seat) => nameAt(table, seat)).join(" and ")} may sit down`,
  session_ending: (_, event) => `Hand ${event.last_hand} is the last one before the table closes`,
  pot_awarded: describePotAward,
  hand_cancelled: (_, event) => `Hand ${event.hand} is cancelled, and all bets are returned`,
  table_closed: (_, event) => describeClosing(event.reason),
  ...HOSTING_DESCRIPTIONS,
};

/**
 * @param {TableState} table
 * @param {TableEvent} event a `bots_wanted`
 */
function describeBots({ bots: before }, { bots: after }) {
  /** @param {{name: string}[]} bots */
  const names = (bots) => bots.map(({ name }) => name);
  const added = names(after).filter((name) => !names(before).includes(name));
  const removed = names(before).filter((name) => !names(after).includes(name));
  if (added.length) return `The host adds ${listed(added)}, a bot`;
  return removed.length ? `The host removes ${listed(removed)}` : null;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `hand_started`
 */
function describeHandStart({ seats, config }, event) {
  const dealer = seats[event.button];
  const parts = [`Hand ${event.hand}`];
  if (isMix(config.variant)) parts.push(gameName(event.variant ?? "NT"));
  if (event.bomb_pot) parts.push("bomb pot");
  if (dealer) parts.push(`${dealer.name} deals`);
  return parts.join(" – ");
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `bonus_paid`
 */
function describeBonus(table, { bonus, paid = [], received = [] }) {
  if (!paid.length) return "Nobody is left to pay for the stand-up game";
  const [one, all] = bonus === "stand_up" ? [paid, received] : [received, paid];
  const name = nameAt(table, one[0].seat);
  const sum = chips(one[0].amount);
  if (bonus === "stand_up") return `${name} is the last one standing, and pays ${sum}`;
  return `${name} gets ${sum} from ${all.length} for seven-deuce`;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `game_changed`
 */
function describeGameChange(table, event) {
  const name = gameName(event.variant);
  if (event.seat !== undefined) return `${nameAt(table, event.seat)} chooses ${name}`;
  return `The game is ${name} for ${event.hands === 1 ? "one hand" : `${event.hands} hands`}`;
}

/**
 * The face-up cards of a street of stud.
 * @param {TableState} table
 * @param {TableEvent} event a `hole_cards_dealt`
 */
function describeStreet(table, event) {
  /** @type {string[][]} */
  const up = event.up ?? [];
  const shown = up.map((cards, seat) => cards.length && `${nameAt(table, seat)} ${cardSigns(cards)}`);
  const cards = shown.filter(Boolean).join(", ");
  if (!cards && !event.street) return null;
  return streetAt(table, event.street ?? 0) + (cards && `: ${cards}`);
}

/**
 * @param {TableState} table
 * @param {TableEvent} event a `cards_drawn`
 * @param {string} name
 */
function describeCardsDrawn(table, { discarded = [], drawn = [] }, name) {
  const known = discarded.length > 0 && !discarded.includes("??");
  if (!discarded.length) return `${name} stands pat`;
  if (!drawn.length) return `${name} discards${known ? ` ${cardSigns(discarded)}` : ""}`;
  if (known) return `${name} discards ${cardSigns(discarded)} and draws ${cardSigns(drawn)}`;
  return `${name} draws ${drawn.length}`;
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
  return [hand, low].filter(Boolean).join(", ");
}

/**
 * That a table is closed, with the reason if it is known.
 * @param {string} [reason]
 */
export function describeClosing(reason = "") {
  const why = CLOSED[reason];
  return `The table is closed${why ? `: ${why}` : ""}`;
}

/**
 * The winners of a pot, or of the part of a divided pot that `board` and `side` name.
 * @typedef {object} Award
 * @property {string[]} names
 * @property {number} amount
 * @property {string} hand
 * @property {string} board
 * @property {string} side
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
    hand: event.hand ?? "",
    board: several ? `board ${(event.board ?? 0) + 1}` : "",
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
  return sides.map((award) => describeAward(award));
}

/**
 * Combine awards with the same key; different hands are all named.
 * @param {Award[]} awards
 * @param {(award: Award) => unknown[]} keyOf
 * @returns {Award[]}
 */
function merged(awards, keyOf) {
  /** @type {Map<string, Award>} */
  const byKey = new Map();
  for (const award of awards) {
    const key = JSON.stringify(keyOf(award));
    const earlier = byKey.get(key);
    const hands = new Set([earlier?.hand ?? award.hand, award.hand]);
    byKey.set(key, {
      ...award,
      amount: (earlier?.amount ?? 0) + award.amount,
      hand: [...hands].join(" and "),
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
  const several = (table.hand?.pots.length ?? 0) > 1;
  const pot = event.pot ? `side pot ${event.pot}` : "the main pot";
  return describeAward(awardOf(table, event), several ? ` from ${pot}` : "");
}

/**
 * @param {Award} award
 * @param {string} [from]
 */
function describeAward({ names, amount, hand, board, side }, from = "") {
  const verb = names.length === 1 ? "wins" : "split";
  const what = `${listed(names)} ${verb} ${chips(amount)}${from}`;
  const part = [board, side].filter(Boolean).join(", ");
  return `${part && `${sentence(part)}: `}${what}${hand && ` with ${withArticle(hand)}`}`;
}

/** @param {string[]} names */
function listed(names) {
  if (names.length === 1) return names[0];
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/**
 * A hand with its article, if it needs one: "a pair of kings", "two pair, kings and tens".
 * @param {string} hand
 */
function withArticle(hand) {
  return /^(pair|straight|flush|full|royal|badugi|three-card|two-card)/.test(hand) ? `a ${hand}` : hand;
}

/**
 * The chips that a bet or raise took from the stack.
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
