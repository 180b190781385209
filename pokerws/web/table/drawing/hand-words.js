/** What the viewer's cards make, in words, and which cards won a hand. */

import { sentence } from "../../model/format.js";
import { variant } from "../../model/games.js";
import { handInWords } from "../../model/hand-words.js";
import { bestHand, nameOf } from "../../model/cards/ranks.js";

/** @typedef {import("../../client/state/table-state.js").Hand} Hand */
/** @typedef {import("../../client/state/table-state.js").HandSeat} HandSeat */

/**
 * The hand of a seat, for each board and ranking; empty while it has none.
 * @param {Hand} hand
 * @param {HandSeat} part
 */
export function heldInWords(hand, part) {
  const { rankings, fromHole } = variant(hand.variant);
  const hole = [...part.cards, ...part.up];
  const boards = [hand.board, ...hand.extra_boards];
  const words = boards.map((board) => {
    const made = rankings.map((ranking) => bestHand(ranking, fromHole, hole, board));
    const names = made.map((one, at) => (one ? sentence(handInWords(nameOf(rankings[at], one))) : ""));
    return names.filter(Boolean).join(" · ");
  });
  return words.filter(Boolean).join(" / ");
}

/**
 * The cards that won, of the hands that were shown.
 * @param {Hand} hand
 * @param {import("../../model/hand-memory.js").Win[]} wins
 * @returns {Set<string>}
 */
export function winningCards(hand, wins) {
  const { rankings, fromHole } = variant(hand.variant);
  const cards = new Set();
  for (const { seats, board, side } of wins) {
    const ranking = side === "low" ? rankings[1] : rankings[0];
    const middle = board ? hand.extra_boards[board - 1] : hand.board;
    for (const seat of seats) {
      const part = hand.seats[seat];
      if (!part || !ranking || !middle) continue;
      const best = bestHand(ranking, fromHole, [...part.cards, ...part.up], middle);
      for (const card of best?.cards ?? []) cards.add(card);
    }
  }
  return cards;
}
