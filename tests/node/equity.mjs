/** Checks the equity of all-ins against known figures, and when it is shown. */

import assert from "node:assert/strict";
import { VARIANTS } from "../../pokerws/web/client/variants.js";
import { allInOf, equityOf } from "../../pokerws/web/model/cards/equity.js";

/** @param {string} text @returns {string[]} */
const cards = (text) => text.match(/../g) ?? [];

/**
 * @param {string[]} hands
 * @param {string} board
 * @param {string[]} more boards
 * @returns {any} a hand in which all are all-in
 */
const handOf = (hands, board, more = []) => ({
  turn: null,
  board: cards(board),
  extra_boards: more.map(cards),
  seats: [null, ...hands.map((hand) => ({ cards: cards(hand), up: [], folded: false }))],
});

/** @returns {() => number} the same numbers each time */
function seeded() {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** @param {string} game @param {any} hand */
function equity(game, hand) {
  const situation = allInOf(hand, VARIANTS[game]);
  assert(situation);
  const steps = equityOf(situation, seeded());
  let step = steps.next();
  let count = 0;
  while (!step.done) {
    count += 1;
    step = steps.next();
  }
  const { shares, exact } = step.value;
  const sum = [...shares.values()].reduce((all, one) => all + one, 0);
  assert(Math.abs(sum - 1) < 1e-9, `${sum}`);
  return { shares: [...shares.values()].map((share) => Math.round(share * 10_000) / 100), exact, count };
}

// One card to come: a flush draw with nine of the 44 cards that are left.
const draw = equity("NT", handOf(["AsAd", "KhQh"], "2h7h9c3d"));
assert.deepEqual(draw, { shares: [79.55, 20.45], exact: true, count: 44 });
// From the flop on all 990 ways are tried; a set against the same flush draw.
const flop = equity("NT", handOf(["9s9d", "KhQh"], "2h7h9c"));
assert(flop.exact && flop.count === 990);
assert(flop.shares[0] > 73 && flop.shares[0] < 76, `${flop.shares}`);
// The board is the best hand of both.
assert.deepEqual(equity("NT", handOf(["2c3d", "2d3c"], "AsKsQsJs")).shares, [50, 50]);
// Before the flop it is sampled: aces against kings win 82 %.
const preflop = equity("NT", handOf(["AsAd", "KsKd"], ""));
assert(!preflop.exact && preflop.count === 1_500);
assert(Math.abs(preflop.shares[0] - 82) < 4, `${preflop.shares}`);
// Two hole cards count in Omaha, so four hearts on the board and one in hand make no flush. Ten of
// the 40 cards help: four tens, four fours and two aces.
const omaha = equity("PO", handOf(["AhAcKd2s", "QsQd9s8d"], "QhJh5h3h"));
assert.deepEqual(omaha.shares, [25, 75]);
// A low that is sure of its half; the other half is the high hand's.
const low = equity("PO/8", handOf(["As2sKdKc", "QsQdJhJd"], "3c4d8hQc"));
assert(low.exact && low.shares[0] >= 50 && low.shares[1] <= 50, `${low.shares}`);
// On two boards each counts for half; here one is decided, as no card helps.
const boards = equity("NT", handOf(["AsAd", "KsKd"], "2c2d2h2sQh", ["KhKc3d"]));
assert(Math.abs(boards.shares[0] - 50) < 1, `${boards.shares}`);
// In short deck a flush beats a full house, and there are no deuces to come.
const short = equity("NS", handOf(["9s9d", "KhQh"], "6h7h9h7d"));
assert(short.shares[1] > 50 && short.count === 28, `${short.shares} ${short.count}`);

/** @param {string} game @param {any} hand */
const isShown = (game, hand) => allInOf(hand, VARIANTS[game]) !== null;
const open = handOf(["AsAd", "KsKd"], "2h7h9c");
assert(isShown("NT", open));
assert(!isShown("NT", { ...open, turn: { seat: 1 } }), "somebody can still act");
assert(!isShown("NT", handOf(["AsAd", "????"], "2h7h9c")), "a hand is face down");
assert(!isShown("NT", handOf(["AsAd"], "2h7h9c")), "nobody else is left");
assert(!isShown("NT", handOf(["AsAd", "KsKd"], "2h7h9c3d4d")), "nothing comes");
assert(!isShown("NCP", handOf(["AsAdQd", "KsKdJd"], "2h7h9c")), "a card will be discarded");
assert(!isShown("F5D", handOf(["AsAdQd2c3c", "KsKdJd4c5c"], "")), "a game without a board");
const folded = handOf(["AsAd", "KsKd", "????"], "2h7h9c");
folded.seats[3].folded = true;
assert(isShown("NT", folded));
console.log("equity holds");
