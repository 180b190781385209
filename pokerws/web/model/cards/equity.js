/**
 * How much of the pot each hand is worth on average, once all cards of an all-in are face up. Few
 * cards to come are tried in all ways, more are sampled. It only informs: the server decides.
 */

import { scoreOf } from "./ranks.js";

/** @typedef {import("./ranks.js").Ranking} Ranking */
/** @typedef {import("../../client/state/table-read.js").Hand} Hand */
/**
 * @typedef {object} Situation
 * @property {Ranking[]} rankings high alone, or high and low
 * @property {number} fromHole how many hole cards a hand must use; 0 for any number
 * @property {number} boardCards of a complete board
 * @property {{seat: number, cards: string[]}[]} holdings
 * @property {string[][]} boards as far as they are dealt
 * @property {string[]} deck what may still come
 */
/**
 * @typedef {object} Equity
 * @property {Map<number, number>} shares of the pot, by seat, which add up to 1
 * @property {boolean} exact whether all cards to come have been tried
 */

/** Up to as many ways to deal the rest are tried: two cards after the flop of hold'em are 990. */
const MOST_TRIED = 1_000;
const SAMPLES = 1_500;
const RANKS = "23456789TJQKA";
const SHORT_RANKS = "6789TJQKA";

/**
 * The situation of a hand in which nobody can act any more and all cards are face up; else null.
 * @param {Hand|null} hand
 * @param {import("../../client/variants.js").Variant} game
 * @returns {Situation|null}
 */
export function allInOf(hand, { rankings, fromHole, board: boardCards, down }) {
  // Cards of pineapple are discarded later, nobody knows which.
  const keepsAll = fromHole > 0 || down === 2;
  if (!hand || hand.turn || !boardCards || !keepsAll) return null;
  const boards = [hand.board, ...hand.extra_boards];
  const holdings = hand.seats.flatMap((part, seat) =>
    part && !part.folded ? [{ seat, cards: part.cards }] : [],
  );
  const shown = [...holdings.map(({ cards }) => cards), ...boards].flat();
  const isOpen = holdings.every(({ cards }) => cards.length === down);
  const isComing = boards.some((board) => board.length < boardCards);
  if (holdings.length < 2 || !isOpen || !isComing || shown.includes("??")) return null;
  const ranks = rankings[0] === "short_deck" ? SHORT_RANKS : RANKS;
  const deck = [...ranks].flatMap((rank) => [..."cdhs"].map((suit) => rank + suit));
  const rest = deck.filter((card) => !shown.includes(card));
  return { rankings, fromHole, boardCards, holdings, boards, deck: rest };
}

/**
 * Work out the equity in small steps: each `next()` deals the rest once, and yields what is known so
 * far. So the caller can pause, and stop.
 * @param {Situation} situation
 * @param {() => number} [random] from 0 to 1
 * @returns {Generator<Equity, Equity>}
 */
export function* equityOf(situation, random = Math.random) {
  const { boards, boardCards, deck, holdings } = situation;
  const missing = boards.map((board) => boardCards - board.length);
  const count = missing.reduce((sum, cards) => sum + cards, 0);
  const open = missing.filter((cards) => cards > 0).length;
  // With several boards it matters which one a card comes on.
  const exact = open === 1 && ways(deck.length, count) <= MOST_TRIED;
  const runs = exact ? choices(deck, count) : samples(deck, count, random);
  const won = holdings.map(() => 0);
  let tried = 0;
  for (const cards of runs) {
    share(situation, missing, cards).forEach((part, at) => (won[at] += part));
    tried += 1;
    yield equity(holdings, won, tried, exact);
  }
  return equity(holdings, won, tried, exact);
}

/**
 * @param {Situation["holdings"]} holdings
 * @param {number[]} won
 * @param {number} tried
 * @param {boolean} exact
 * @returns {Equity}
 */
function equity(holdings, won, tried, exact) {
  return { shares: new Map(holdings.map(({ seat }, at) => [seat, won[at] / tried])), exact };
}

/**
 * What each hand wins of one pot when these cards come.
 * @param {Situation} situation
 * @param {number[]} missing by board
 * @param {string[]} cards
 */
function share({ rankings, fromHole, holdings, boards }, missing, cards) {
  const won = holdings.map(() => 0);
  let dealt = 0;
  boards.forEach((board, at) => {
    const whole = [...board, ...cards.slice(dealt, dealt + missing[at])];
    dealt += missing[at];
    const winners = rankings
      .map((ranking) => best(holdings.map((one) => scoreOf(ranking, fromHole, one.cards, whole))))
      .filter((seats) => seats.length);
    for (const seats of winners) {
      for (const winner of seats) won[winner] += 1 / (seats.length * winners.length * boards.length);
    }
  });
  return won;
}

/**
 * The places of the highest score; none if nobody has one, as in a low that does not qualify.
 * @param {(number|null)[]} scores
 */
function best(scores) {
  const known = scores.filter((score) => score !== null);
  const most = Math.max(...known);
  return scores.flatMap((score, at) => (known.length && score === most ? [at] : []));
}

/**
 * The number of ways to choose.
 * @param {number} from
 * @param {number} count
 */
function ways(from, count) {
  let product = 1;
  for (let at = 0; at < count; at += 1) product = (product * (from - at)) / (at + 1);
  return Math.round(product);
}

/**
 * All choices of `count` of the cards.
 * @param {string[]} cards
 * @param {number} count
 * @returns {Generator<string[]>}
 */
function* choices(cards, count) {
  if (count === 0) {
    yield [];
    return;
  }
  for (let at = 0; at + count <= cards.length; at += 1) {
    for (const others of choices(cards.slice(at + 1), count - 1)) yield [cards[at], ...others];
  }
}

/**
 * @param {string[]} cards
 * @param {number} count
 * @param {() => number} random
 * @returns {Generator<string[]>}
 */
function* samples(cards, count, random) {
  const deck = [...cards];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    for (let at = 0; at < count; at += 1) {
      const other = at + Math.floor(random() * (deck.length - at));
      [deck[at], deck[other]] = [deck[other], deck[at]];
    }
    yield deck.slice(0, count);
  }
}
