/** The statistics of a player as shares, from the counts of the server. */

/** @typedef {import("../client/messages.js").PlayerStats} PlayerStats */
/** @typedef {{share: number|null, count: number, of: number}} Rate `share` is null of nothing */

/** Each statistic as one count of another one. */
const RATES = /** @type {const} */ ({
  vpip: ["vpip", "decided"],
  pfr: ["pfr", "decided"],
  three_bet: ["three_bets", "three_bet_chances"],
  showdown: ["showdowns", "flops"],
  won_showdown: ["showdowns_won", "showdowns"],
});

/** @typedef {keyof typeof RATES} RateName */

export const RATE_NAMES = /** @type {RateName[]} */ (Object.keys(RATES));

/**
 * @param {PlayerStats} stats
 * @param {RateName} name
 * @returns {Rate}
 */
export function rateOf(stats, name) {
  const [counted, whole] = RATES[name];
  const [count, of] = [stats[counted] ?? 0, stats[whole] ?? 0];
  return { share: of ? count / of : null, count, of };
}
