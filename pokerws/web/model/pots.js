/** How many chips are in the middle of the table. */

/** @typedef {import("./table-state.js").Hand} Hand */

/**
 * All chips in the middle or in front of players, and the pots that have been formed.
 * @param {Hand|null} hand
 */
export function potsOf(hand) {
  if (!hand) return { total: 0, pots: [] };
  const pots = hand.pots.map((pot) => pot.amount);
  const bets = sum(hand.seats.map((seat) => seat?.bet ?? 0));
  const inPots = sum(hand.seats.map((seat) => seat?.in_pots ?? 0)) + hand.dead;
  return { total: bets + (pots.length ? sum(pots) : inPots), pots: pots.filter(Boolean) };
}

/** @param {number[]} amounts */
function sum(amounts) {
  return amounts.reduce((total, amount) => total + amount, 0);
}
