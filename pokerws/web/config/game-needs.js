/** Which options of a table its games have a use for. */

import { variant } from "../model/games.js";

/**
 * What these games need, as named by the options.
 * @param {string[]} codes
 * @param {boolean} mixed
 * @returns {Set<string>}
 */
export function needsOf(codes, mixed) {
  const needs = new Set(mixed ? ["mix", "hands"] : []);
  for (const code of codes) addNeeds(needs, code, mixed);
  if (mixed && !needs.has("limit") && !needs.has("blinds")) needs.add("blinds");
  if (needs.has("blinds") || needs.has("button-blind")) needs.add("ante-only");
  return needs;
}

/**
 * @param {Set<string>} needs
 * @param {string} code
 * @param {boolean} mixed
 */
function addNeeds(needs, code, mixed) {
  const { betting, forced, streets, board } = variant(code);
  if (betting === "fixed_limit") needs.add("limit");
  if (betting === "fixed_limit" && streets.length > 1) needs.add("big-bet");
  else if (forced === "blinds") needs.add("blinds");
  if (forced === "button_blind" && !mixed) needs.add("button-blind");
  if (forced === "bring_in") needs.add("stud");
  if (forced === "blinds") for (const need of ["ante", "ante-kind", "straddle"]) needs.add(need);
  else if (forced !== "bring_in") needs.add("ante");
  if (board) for (const need of ["board", "bomb-pot"]) needs.add(need);
}
