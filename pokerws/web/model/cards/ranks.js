/**
 * Which five cards of a player count, and what they make: for the words under the own cards and the
 * marks on a winning hand. The server alone decides who wins.
 *
 * Kinds and ranks are those of `pokerws/game/ranks`: the ranks of kings full of tens are `KT`.
 */

/** @typedef {"high"|"short_deck"|"ace_to_five"|"eight_or_better"|"deuce_to_seven"|"badugi"|"high_card"} Ranking */
/**
 * @typedef {object} Made
 * @property {string} kind such as "two pair"; "high card" for a low hand without a pair
 * @property {string} ranks the different ranks, the most significant first
 * @property {string[]} cards those that count
 */
/** @typedef {{score: number, kind: string, ranks: string}} Scored the highest score wins */

const HIGH = "23456789TJQKA";
const LOW = "A23456789TJQK";
/** From the weakest to the strongest. */
const KINDS = [
  "high card",
  "pair",
  "two pair",
  "three of a kind",
  "straight",
  "flush",
  "full house",
  "four of a kind",
  "straight flush",
];
const WHEEL = "A5432";
const SHORT_WHEEL = "A9876";
const WORST_LOW = "8";

/** @type {Record<string, string>} */
const NAMES = Object.fromEntries(
  "two three four five six seven eight nine ten jack queen king ace"
    .split(" ")
    .map((name, at) => [HIGH[at], name]),
);
const BADUGIS = ["", "one-card badugi", "two-card badugi", "three-card badugi", "badugi"];

/**
 * A hand by the server's name: "pair of kings", "8-6-4-3-A low".
 * @param {Ranking} ranking
 * @param {Made} made
 * @returns {string}
 */
export function nameOf(ranking, { kind, ranks }) {
  const spelled = [...ranks].map((rank) => (rank === "T" ? "10" : rank)).join("-");
  if (ranking === "badugi") return `${BADUGIS[ranks.length]}, ${spelled}`;
  const isHigh = ranking === "high" || ranking === "short_deck" || ranking === "high_card";
  const name = NAMES[ranks[0]];
  switch (kind) {
    case "high card":
      return isHigh ? `${name} high` : `${spelled} low`;
    case "pair":
      return `pair of ${plural(ranks[0])}`;
    case "two pair":
      return `two pair, ${plural(ranks[0])} and ${plural(ranks[1])}`;
    case "full house":
      return `full house, ${plural(ranks[0])} full of ${plural(ranks[1])}`;
    case "three of a kind":
    case "four of a kind":
      return `${kind}, ${plural(ranks[0])}`;
    case "straight flush":
      return ranks[0] === "A" ? "royal flush" : `${kind}, ${name} high`;
    default:
      return `${kind}, ${name} high`;
  }
}

/** @param {string} rank */
function plural(rank) {
  const name = NAMES[rank];
  return name + (name === "six" ? "es" : "s");
}

/**
 * @param {Ranking} ranking
 * @param {number} fromHole how many hole cards a hand must use; 0 for any number
 * @param {string[]} hole
 * @param {string[]} board
 * @returns {Made|null} null if a card is unknown, there are too few, or a low does not qualify
 */
export function bestHand(ranking, fromHole, hole, board) {
  const best = bestOf(ranking, fromHole, hole, board);
  return best && { kind: best.kind, ranks: best.ranks, cards: best.cards };
}

/**
 * A number to compare hands of one ranking by: the highest wins.
 * @param {Ranking} ranking
 * @param {number} fromHole
 * @param {string[]} hole
 * @param {string[]} board
 * @returns {number|null} null as for `bestHand`
 */
export function scoreOf(ranking, fromHole, hole, board) {
  return bestOf(ranking, fromHole, hole, board)?.score ?? null;
}

/**
 * @param {Ranking} ranking
 * @param {number} fromHole
 * @param {string[]} hole
 * @param {string[]} board
 * @returns {(Scored & {cards: string[]})|null}
 */
function bestOf(ranking, fromHole, hole, board) {
  if (hole.includes("??") || board.includes("??")) return null;
  const score = SCORES[ranking];
  if (!score) return null;
  /** @type {(Scored & {cards: string[]})|null} */
  let best = null;
  for (const cards of candidates(ranking, fromHole, hole, board)) {
    const scored = score(cards);
    if (scored && (!best || scored.score > best.score)) best = { ...scored, cards };
  }
  return best;
}

/**
 * The sets of cards that may count.
 * @param {Ranking} ranking
 * @param {number} fromHole
 * @param {string[]} hole
 * @param {string[]} board
 * @returns {string[][]}
 */
function candidates(ranking, fromHole, hole, board) {
  const all = [...hole, ...board];
  if (ranking === "high_card") return all.map((card) => [card]);
  if (ranking === "badugi") return all.length < 4 ? [] : [4, 3, 2, 1].flatMap((size) => chosen(all, size));
  if (!fromHole) return chosen(all, 5);
  const middles = chosen(board, 5 - fromHole);
  return chosen(hole, fromHole).flatMap((own) => middles.map((middle) => [...own, ...middle]));
}

/**
 * All choices of `size` of the cards.
 * @param {string[]} cards
 * @param {number} size
 * @returns {string[][]}
 */
function chosen(cards, size) {
  if (size === 0) return [[]];
  return cards.flatMap((card, at) =>
    chosen(cards.slice(at + 1), size - 1).map((others) => [card, ...others]),
  );
}

/** @type {Record<Ranking, (cards: string[]) => Scored|null>} */
const SCORES = {
  high: (cards) => scoreHigh(cards),
  short_deck: (cards) => scoreHigh(cards, true),
  ace_to_five: (cards) => scoreLow(cards),
  eight_or_better: (cards) => {
    const low = scoreLow(cards);
    return low.kind === "high card" && LOW.indexOf(low.ranks[0]) <= LOW.indexOf(WORST_LOW) ? low : null;
  },
  deuce_to_seven: (cards) => {
    const { score, ...made } = scoreHigh(cards, false, false);
    return { ...made, score: -score };
  },
  badugi: scoreBadugi,
  high_card: ([card]) => ({ score: HIGH.indexOf(card[0]), kind: "high card", ranks: card[0] }),
};

/**
 * @param {string[]} cards
 * @param {string} order the ranks from low to high
 * @returns {{counts: number[], ranks: string}} the ranks by how often they come, then by height
 */
function grouped(cards, order) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const [rank] of cards) times.set(rank, (times.get(rank) ?? 0) + 1);
  const groups = [...times].sort((a, b) => b[1] - a[1] || order.indexOf(b[0]) - order.indexOf(a[0]));
  return { counts: groups.map(([, count]) => count), ranks: groups.map(([rank]) => rank).join("") };
}

/** @param {number[]} counts */
function kindOf([first, second]) {
  if (first === 4) return "four of a kind";
  if (first === 3) return second === 2 ? "full house" : "three of a kind";
  if (first === 2) return second === 2 ? "two pair" : "pair";
  return "high card";
}

/**
 * @param {string[]} cards five
 * @param {boolean} [short] with the deck that begins at the six
 * @param {boolean} [wheel] whether the ace is also below the lowest rank in a straight
 * @returns {Scored}
 */
function scoreHigh(cards, short = false, wheel = true) {
  let { counts, ranks } = grouped(cards, HIGH);
  let kind = kindOf(counts);
  if (kind === "high card") {
    const isWheel = wheel && ranks === (short ? SHORT_WHEEL : WHEEL);
    const straight = isWheel || HIGH.indexOf(ranks[0]) - HIGH.indexOf(ranks[4]) === 4;
    const flush = cards.every((card) => card[1] === cards[0][1]);
    if (isWheel) ranks = `${ranks.slice(1)}A`;
    if (straight) kind = flush ? "straight flush" : "straight";
    else if (flush) kind = "flush";
  }
  let strength = KINDS.indexOf(kind);
  if (short && kind === "flush") strength = KINDS.indexOf("full house");
  if (short && kind === "full house") strength = KINDS.indexOf("flush");
  // A low ace at the end of a straight does not decide anything.
  return { score: numbered(strength, ranks, HIGH), kind, ranks };
}

/**
 * @param {string[]} cards five
 * @returns {Scored}
 */
function scoreLow(cards) {
  const { counts, ranks } = grouped(cards, LOW);
  const kind = kindOf(counts);
  return { score: -numbered(KINDS.indexOf(kind), ranks, LOW), kind, ranks };
}

/**
 * @param {string[]} cards
 * @returns {Scored|null}
 */
function scoreBadugi(cards) {
  const { counts, ranks } = grouped(cards, LOW);
  const suits = new Set(cards.map((card) => card[1]));
  if (counts[0] > 1 || suits.size < cards.length) return null;
  return { score: -numbered(4 - cards.length, ranks, LOW), kind: "high card", ranks };
}

/**
 * A number that orders hands first by `strength`, then by their ranks from the left.
 * @param {number} strength
 * @param {string} ranks at most five
 * @param {string} order
 */
function numbered(strength, ranks, order) {
  const digits = ranks.padEnd(5, order[0]);
  return [...digits].reduce((sum, rank) => sum * 13 + order.indexOf(rank), strength);
}
