/** Pot totals. */

/** @typedef {import("../client/state/table-state.js").Hand} Hand */

/**
 * The total of all pots and bets, and the amounts of the pots.
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
