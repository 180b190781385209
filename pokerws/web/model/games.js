/**
 * Names and groups of the games, and which game a table plays. The data is the server's, in the
 * generated `variants.js`; an unknown code, from a newer server, is shown as it is.
 */

import { MIXES, VARIANTS } from "../client/variants.js";
import { sentence } from "./format.js";

/** @typedef {import("../client/variants.js").Variant} Variant */
/** @typedef {import("../client/state/table-read.js").TableConfig} TableConfig */
/** @typedef {import("../client/state/table-read.js").TableState} TableState */

/** Abbreviations of the betting structures. */
const SHORT_STRUCTURES = /** @type {const} */ ([
  ["No-limit ", "NL "],
  ["Pot-limit ", "PL "],
  ["Fixed-limit ", "FL "],
]);

/** The groups of games in a list, in this order. */
export const GROUPS = /** @type {const} */ (["Hold’em", "Omaha", "Stud", "Draw", "Mixed", "Other"]);

/**
 * @param {string} code
 * @returns {Variant}
 */
export function variant(code) {
  return VARIANTS[code] ?? { ...VARIANTS.NT, name: code, streets: [] };
}

/** @param {string} code */
export function isMix(code) {
  return code in MIXES;
}

/** @param {string} code of a variant or of a mix */
export function gameName(code) {
  return MIXES[code]?.name ?? variant(code).name.replace("'", "’");
}

/** @param {string} code */
export function shortGameName(code) {
  const name = gameName(code).replace(" 8 or better", "");
  const structure = SHORT_STRUCTURES.find(([long]) => name.startsWith(long));
  return structure ? name.replace(structure[0], structure[1]) : name;
}

/**
 * @param {string} code
 * @returns {typeof GROUPS[number]}
 */
export function groupOf(code) {
  if (isMix(code)) return "Mixed";
  const { board, fromHole, forced, draws } = variant(code);
  if (board) return fromHole ? "Omaha" : "Hold’em";
  if (forced === "bring_in") return "Stud";
  return draws ? "Draw" : "Other";
}

/**
 * The codes of the variants that a table plays.
 * @param {TableConfig} config
 */
export function gamesOf({ variant: code, mix }) {
  if (!isMix(code)) return [code];
  return mix.games.length ? mix.games : MIXES[code].games;
}

/**
 * The code of the current or next game.
 * @param {TableState} table
 */
export function gameAt({ hand, game, config }) {
  return hand?.variant ?? game?.variant ?? gamesOf(config)[0];
}

/**
 * How many hands of the current game are left in a mix, and which game follows; empty if unknown.
 * @param {TableState} table
 */
export function describeRotation({ config, game }) {
  if (!game || !isMix(config.variant)) return "";
  if (config.mix.rotation === "choice") return "Dealer’s choice";
  const games = gamesOf(config);
  const next = shortGameName(games[(games.indexOf(game.variant) + 1) % games.length]);
  const left = game.hands_left;
  if (left === 0) return `Last hand, then ${next}`;
  return `${left} more ${left === 1 ? "hand" : "hands"}, then ${next}`;
}

/**
 * @param {string} code
 * @param {number} street
 */
export function streetName(code, street) {
  const name = variant(code).streets[street];
  return name ? sentence(name) : `Street ${street + 1}`;
}
