/**
 * What is spoken to a player who does not see the table: which events are worth it, in which words,
 * and the answers to questions about the table. It says only what the viewer may know, since it reads
 * the viewer's own state, and cards in words.
 */

import { readTurn } from "../client/state/table-read.js";
import { hasText, joined, listed, t } from "../texts/texts.js";
import { cardName, chips, nameAt, sentence } from "./format.js";
import { variant } from "./games.js";
import { describeEvent } from "./narration.js";
import { handInWords } from "./hand-words.js";
import { potsOf } from "./pots.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */
/** @typedef {import("../client/state/table-state.js").HandSeat} HandSeat */
/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/**
 * `turn` is the viewer's own turn, `table` are cards that the own turn repeats, `action` is one of
 * another player's, and `news` all else. Actions with the same key and amount are said in one.
 * @typedef {object} Line
 * @property {"turn"|"table"|"action"|"news"} kind
 * @property {string} text
 * @property {{key: TextKey, name: string, amount: string}} [merge]
 */

/** Of actions that come at once, only the latest are said. */
const MOST_ACTIONS = 3;

/** Actions of others are said while the viewer plays the hand. @type {Record<string, TextKey>} */
const MERGED = { folded: "speech.fold", checked: "speech.check", called: "speech.call" };
const ACTIONS = new Set([
  ...Object.keys(MERGED),
  ..."bet_placed raised bring_in_posted cards_drawn".split(" "),
]);
/** Said only of the viewer. */
const OWN = new Set(
  (
    "ante_posted blind_posted uncalled_bet_returned chips_added entry_chosen plan_made " +
    "player_leaving player_sat_in time_bank_started turn_timed_out"
  ).split(" "),
);
/** In the log alone. */
const SILENT = new Set(
  (
    "cards_mucked connection_protected connection_restored rake_taken rabbit_agreed " +
    "waiter_joined waiter_left bomb_pot_voted link_renewed bots_wanted"
  ).split(" "),
);

/** @param {string[]} cards */
function cardsInWords(cards) {
  return joined(cards.map(cardName));
}

/**
 * @param {TableState} table the state before the event
 * @param {TableEvent} event
 * @param {number|null} own the viewer's seat
 * @returns {Line|null}
 */
export function spokenOf(table, event, own) {
  const { type } = event;
  const isOwn = own !== null && event.seat === own;
  if (SILENT.has(type) || (OWN.has(type) && !isOwn)) return null;
  if (type === "turn_started") return own === null ? null : turnLine(table, own, event.turn);
  if (ACTIONS.has(type) && !isOwn) return plays(table, own) ? actionOf(table, event) : null;
  const special = isOwn ? (OWN_WORDS[type] ?? WORDS[type]) : WORDS[type];
  const line = special?.(table, event, own);
  if (line) return line;
  const text = describeEvent(table, event, cardsInWords);
  return text === null ? null : { kind: "news", text };
}

/**
 * @param {TableState} table
 * @param {number|null} own
 */
function plays({ hand }, own) {
  const part = own === null ? null : hand?.seats[own];
  return part != null && !part.folded;
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 * @returns {Line|null}
 */
function actionOf(table, event) {
  const text = describeEvent(table, event, cardsInWords);
  if (text === null) return null;
  const key = MERGED[event.type];
  const isAllIn = event.amount !== undefined && table.seats[event.seat]?.stack === event.amount;
  if (!key || isAllIn) return { kind: "action", text };
  const amount = event.amount === undefined ? "" : chips(event.amount);
  return { kind: "action", text, merge: { key, name: nameAt(table, event.seat), amount } };
}

/** @typedef {(table: TableState, event: TableEvent, own: number|null) => Line|null} Speech */

/** @type {Record<string, Speech>} */
const WORDS = {
  hole_cards_dealt: dealt,
  board_dealt: (table, event) => {
    const text = describeEvent(table, event, cardsInWords) ?? "";
    if (event.board) return { kind: "table", text };
    return { kind: "table", text: said([text, t("table.pot", { amount: chips(potsOf(table.hand).total) })]) };
  },
  pot_awarded: (table, event, own) => {
    const [share, ...others] = event.shares;
    if (share?.seat !== own || others.length) return null;
    const values = { amount: chips(share.amount), hand: handInWords(event.hand ?? "") };
    return news(t(values.hand ? "speech.you_win_with" : "speech.you_win", values));
  },
  hand_ended: (table, _, own) => {
    if (own === null || !table.hand?.seats[own]) return null;
    return news(t("add_chips.stack", { amount: chips(table.seats[own]?.stack ?? 0) }));
  },
};

/** What the viewer does. @type {Record<string, Speech>} */
const OWN_WORDS = {
  folded: () => news(t("speech.you_fold")),
  checked: () => news(t("speech.you_check")),
  called: (table, event) => paying(table, event, event.amount, "speech.you_call"),
  bet_placed: (table, event) => raising(table, event, "speech.you_bet"),
  raised: (table, event) => raising(table, event, "speech.you_raise"),
  ante_posted: (table, event) => paying(table, event, event.amount, "speech.you_post"),
  blind_posted: (table, event) => paying(table, event, event.amount, "speech.you_post"),
  bring_in_posted: (table, event) => paying(table, event, event.amount, "speech.you_post"),
  cards_drawn: (_, { discarded = [], drawn = [] }) => {
    if (!discarded.length) return news(t("speech.you_stand_pat"));
    const discards = t("speech.you_discard", { cards: cardsInWords(discarded) });
    if (!drawn.length) return news(discards);
    return news(said([discards, t("speech.you_draw", { cards: cardsInWords(drawn) })]));
  },
};

/**
 * @param {string} text
 * @returns {Line}
 */
function news(text) {
  return { kind: "news", text };
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {TextKey} key
 */
function raising(table, event, key) {
  const added = event.to - (table.hand?.seats[event.seat]?.bet ?? 0);
  return paying(table, event, added, key, event.to);
}

/**
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {number} paid
 * @param {TextKey} key
 * @param {number} [amount] that is said
 */
function paying(table, event, paid, key, amount = paid) {
  const text = t(key, { amount: chips(amount) });
  const isAllIn = table.seats[event.seat]?.stack === paid;
  return news(isAllIn ? joined([text, t("speech.all_in")]) : text);
}

/**
 * The viewer's new cards, and those that lie face up.
 * @param {TableState} table
 * @param {TableEvent} event a `hole_cards_dealt`
 * @param {number|null} own
 * @returns {Line|null}
 */
function dealt(table, event, own) {
  const cards = own === null ? [] : event.cards[own].filter(isKnown);
  const up = describeEvent(table, event, cardsInWords);
  const mine = cards.length ? [t("speech.your_cards", { cards: cardsInWords(cards) })] : [];
  const parts = [...mine, ...(up ? [up] : [])];
  if (!parts.length) return null;
  // The cards of others are not repeated in the own turn.
  return { kind: up ? "news" : "table", text: said(parts) };
}

/** @param {string} card */
function isKnown(card) {
  return card !== "??";
}

/**
 * The viewer's turn with all that is needed to decide: "Your turn: 20 to call into 150, your cards
 * ace of spades, king of hearts; board …".
 * @param {TableState} table
 * @param {number} own
 * @param {Partial<Turn>|null} [started] the turn, if it is not yet in the state
 * @returns {Line|null}
 */
export function turnLine(table, own, started = table.hand?.turn) {
  const { hand } = table;
  if (!hand || started?.seat !== own) return null;
  const turn = readTurn(started);
  const values = { amount: chips(turn.call), pot: chips(potsOf(hand).total) };
  const parts = [t(turnKey(turn), values), t("speech.and_cards", { cards: handOf(hand.seats[own]) })];
  return { kind: "turn", text: [joined(parts), ...boardsOf(table, "speech.board")].join(t("speech.semicolon")) };
}

/**
 * @param {Turn} turn
 * @returns {TextKey}
 */
function turnKey({ actions, call, seat }) {
  if (actions.includes("stand_pat")) return "speech.turn_draw";
  if (actions.includes("discard")) return "speech.turn_discard";
  if (actions.includes("bring_in")) return "speech.turn_bring_in";
  return actions.includes("check") ? "speech.turn_check" : "speech.turn_call";
}

/** @param {HandSeat|null} part */
function handOf(part) {
  const [cards, up] = [(part?.cards ?? []).filter(isKnown), part?.up ?? []];
  if (!up.length) return cardsInWords(cards);
  return t("speech.with_up", { cards: cardsInWords(cards), up: cardsInWords(up) });
}

/**
 * @param {TableState} table
 * @param {TextKey} key of a text for the only board
 */
function boardsOf({ hand }, key) {
  if (!hand?.board.length) return [];
  const boards = [hand.board, ...hand.extra_boards];
  if (boards.length === 1) return [t(key, { cards: cardsInWords(hand.board) })];
  return boards.map((cards, index) => {
    return t("speech.board_number", { number: index + 1, cards: cardsInWords(cards) });
  });
}

/**
 * What has happened, in one text: not all actions of many fast players, and nothing twice.
 * @param {Line[]} lines in order
 */
export function gathered(lines) {
  const isTurn = lines.some(({ kind }) => kind === "turn");
  const left = lines.filter(({ kind }) => !(isTurn && kind === "table"));
  /** @type {{line: Line, names: string[]}[]} */
  const groups = [];
  for (const line of left) {
    const last = groups[groups.length - 1];
    const { merge } = line;
    const goesOn = merge && last?.line.merge?.key === merge.key && last.line.merge.amount === merge.amount;
    if (goesOn) last.names.push(merge.name);
    else groups.push({ line, names: merge ? [merge.name] : [] });
  }
  const actions = groups.filter(({ line }) => line.kind === "action");
  const old = new Set(actions.slice(0, Math.max(0, actions.length - MOST_ACTIONS)));
  return said(groups.filter((group) => !old.has(group)).map(inOne));
}

/** @param {{line: Line, names: string[]}} group */
function inOne({ line: { text, merge }, names }) {
  if (!merge || names.length < 2) return text;
  return t(merge.key, { names: listed(names), count: names.length, amount: merge.amount });
}

/**
 * Texts as sentences, one after the other.
 * @param {string[]} texts
 */
export function said(texts) {
  return texts
    .filter(Boolean)
    .map((text) => sentence(/[.!?…。]$/.test(text) ? text : t("speech.stop", { text })))
    .join(" ");
}

/** The questions that the viewer can ask at any time. */
export const QUESTIONS = /** @type {const} */ (["cards", "board", "pot", "stacks"]);

/**
 * @param {typeof QUESTIONS[number]} question
 * @param {TableState} table
 * @param {number|null} own
 */
export function answer(question, table, own) {
  return said(ANSWERS[question](table, own));
}

/** @type {Record<typeof QUESTIONS[number], (table: TableState, own: number|null) => string[]>} */
const ANSWERS = {
  cards: (table, own) => {
    const cards = own === null ? "" : handOf(table.hand?.seats[own] ?? null);
    return [cards ? t("speech.your_cards", { cards }) : t("speech.no_cards")];
  },
  board: (table, own) => {
    const cards = [...boardsOf(table, "speech.board"), ...upCards(table, own)];
    return cards.length ? cards : [t("speech.no_board")];
  },
  pot: ({ hand }) => {
    const { total, pots } = potsOf(hand);
    const parts = pots.map((pot, index) => {
      const name = index ? t("pots.side", { number: index }) : t("pots.main");
      return joined([name, chips(pot)]);
    });
    return [t("table.pot", { amount: chips(total) }), ...(parts.length > 1 ? parts : [])];
  },
  stacks: (table, own) => seatsFrom(table, own).map((seat) => describeSeat(table, seat, own)),
};

/**
 * The taken seats clockwise, the viewer's first.
 * @param {TableState} table
 * @param {number|null} own
 */
function seatsFrom({ seats }, own) {
  const order = seats.map((_, index) => (index + (own ?? 0)) % seats.length);
  return order.filter((seat) => seats[seat]);
}

/**
 * Cards of others that lie face up, and how many cards they drew.
 * @param {TableState} table
 * @param {number|null} own
 */
function upCards(table, own) {
  const { hand } = table;
  if (!hand) return [];
  return seatsFrom(table, own).flatMap((seat) => {
    const part = hand.seats[seat];
    if (!part || part.folded || seat === own) return [];
    const name = nameAt(table, seat);
    if (part.up.length) return [t("log.seat_cards", { name, cards: cardsInWords(part.up) })];
    if (!variant(hand.variant).draws || part.drew === null) return [];
    const drew = part.drew ? t("seat.drew", { count: part.drew }) : t("seat.stood_pat");
    return [joined([name, drew])];
  });
}

/**
 * @param {TableState} table
 * @param {number} number
 * @param {number|null} own
 */
function describeSeat(table, number, own) {
  const seat = table.seats[number];
  const part = table.hand?.seats[number];
  const name = number === own ? t("speech.you") : nameAt(table, number);
  const parts = [name, t("seat.chips", { amount: chips(seat?.stack ?? 0) })];
  if (part?.bet) parts.push(t("seat.bet", { amount: chips(part.bet) }));
  if (table.button === number) parts.push(t("seat.is_dealer"));
  const state = stateOf(seat, part);
  if (state && hasText(state)) parts.push(t(state));
  return joined(parts);
}

/**
 * @param {TableState["seats"][number]} seat
 * @param {HandSeat|null} [part]
 */
function stateOf(seat, part) {
  if (part?.folded) return "tag.folded";
  if (part && seat?.stack === 0) return "tag.all_in";
  return seat?.sitting_out && !part ? "tag.sitting_out" : "";
}
