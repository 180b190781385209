/**
 * The stakes of a table's games, for display: the browser's version of `pokerws/game/config/stakes.py`.
 */

import { joined, t } from "../texts/texts.js";
import { chips } from "./format.js";
import { gameName, gamesOf, isMix, variant } from "./games.js";

/** @typedef {import("../client/state/table-read.js").TableConfig} TableConfig */

/**
 * Forced bets and bet sizes; 0 where the game has none.
 * @typedef {object} Stakes
 * @property {number} smallBlind
 * @property {number} bigBlind
 * @property {number} ante
 * @property {number} bringIn
 * @property {number} minBet
 * @property {number} bigBet
 */

/**
 * @param {TableConfig} config
 * @param {string} code of a variant
 * @returns {Stakes}
 */
function stakesOf(config, code) {
  const { betting, forced } = variant(code);
  let { small_blind: smallBlind, big_blind: bigBlind } = config;
  let minBet = bigBlind;
  let bigBet = 0;
  if (betting === "fixed_limit") {
    minBet = config.limit.small_bet || bigBlind;
    bigBet = config.limit.big_bet || 2 * minBet;
    smallBlind = Math.floor((smallBlind * minBet) / bigBlind);
    bigBlind = minBet;
  }
  const none = { smallBlind: 0, bigBlind: 0, bringIn: 0, minBet, bigBet };
  if (forced === "button_blind") return { ...none, bigBlind, ante: config.ante || bigBlind };
  if (forced === "antes") return { ...none, ante: config.ante || minBet };
  if (forced === "bring_in") {
    const ante = config.limit.stud_ante || Math.max(1, Math.floor(minBet / 5));
    const bringIn = config.limit.bring_in || Math.max(1, Math.floor((minBet * 3) / 10));
    return { ...none, ante, bringIn };
  }
  return { ...none, smallBlind, bigBlind, ante: config.ante };
}

/**
 * The stakes of one game: "50 / 100", "100 / 200, ante 20, bring-in 30".
 * @param {TableConfig} config
 * @param {string} code of a variant
 */
export function describeStakes(config, code) {
  const { smallBlind, bigBlind, ante, bringIn, minBet, bigBet } = stakesOf(config, code);
  const { forced, streets } = variant(code);
  const parts = [];
  if (bigBet) parts.push(streets.length > 1 ? `${chips(minBet)} / ${chips(bigBet)}` : chips(minBet));
  else if (smallBlind || forced === "blinds") parts.push(`${chips(smallBlind)} / ${chips(bigBlind)}`);
  else parts.push(t("stakes.button_blind", { amount: chips(bigBlind) }));
  if (ante) parts.push(t("stakes.ante", { amount: chips(ante) }));
  if (bringIn) parts.push(t("stakes.bring_in", { amount: chips(bringIn) }));
  return joined(parts);
}

/**
 * The game or mix of a table, with its stakes.
 * @param {TableConfig} config
 */
export function describeOffer(config) {
  const games = gamesOf(config);
  const fixed = games.find((code) => variant(code).betting === "fixed_limit");
  const other = games.find((code) => variant(code).betting !== "fixed_limit");
  if (!isMix(config.variant)) {
    return `${gameName(config.variant)} ${describeStakes(config, config.variant)}`;
  }
  const parts = [];
  if (fixed) {
    const { minBet, bigBet } = stakesOf(config, fixed);
    parts.push(t("stakes.limits", { small: chips(minBet), big: chips(bigBet) }));
  }
  if (other) {
    const { small_blind: small, big_blind: big } = config;
    parts.push(t("stakes.blinds", { small: chips(small), big: chips(big) }));
  }
  return `${gameName(config.variant)} ${joined(parts)}`;
}
