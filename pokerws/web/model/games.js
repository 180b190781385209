/**
 * Names and groups of the games, and which game a table plays. The data is the server's, in the
 * generated `variants.js`; an unknown code, from a newer server, is shown as it is.
 */

import { MIXES, VARIANTS } from "../client/variants.js";
import { hasText, t } from "../texts/texts.js";
import { sentence } from "./format.js";

/** @typedef {import("../client/variants.js").Variant} Variant */
/** @typedef {import("../client/state/table-read.js").TableConfig} TableConfig */
/** @typedef {import("../client/state/table-read.js").TableState} TableState */
/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/** The groups of games in a list, in this order. */
export const GROUPS = /** @type {const} */ (["holdem", "omaha", "stud", "draw", "mixed", "other"]);

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
  const name = nameOf(code, "");
  return code.endsWith("/8") && code !== "PO5/8" ? t("game.or_better", { game: name }) : name;
}

/** @param {string} code */
export function shortGameName(code) {
  return nameOf(code, "_short");
}

/**
 * A code has the betting structure in its first letter, except for games that have no other.
 * @param {string} code
 * @param {"" | "_short"} form of the structure's name
 */
function nameOf(code, form) {
  if (hasText(`mix.${code}`)) return t(/** @type {TextKey} */ (`mix.${code}`));
  const key = `game.${code.slice(1)}`;
  if (!(code in VARIANTS) || !hasText(key)) return variant(code).name;
  if (key === "game.K") return t(key);
  return t("game.whole", { betting: t(`game.${VARIANTS[code].betting}${form}`), game: t(key) });
}

/**
 * @param {string} code
 * @returns {typeof GROUPS[number]}
 */
export function groupOf(code) {
  if (isMix(code)) return "mixed";
  const { board, fromHole, forced, draws } = variant(code);
  if (board) return fromHole ? "omaha" : "holdem";
  if (forced === "bring_in") return "stud";
  return draws ? "draw" : "other";
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
 * Whether the player of a seat waits for the big blind, which games without blinds never ask for.
 * @param {TableState} table
 * @param {import("../client/state/table-state.js").Seat} seat
 */
export function owesBlind(table, { owes_blind: owes }) {
  return owes && ["blinds", "button_blind"].includes(variant(gameAt(table)).forced);
}

/**
 * How many hands of the current game are left in a mix, and which game follows; empty if unknown.
 * @param {TableState} table
 */
export function describeRotation({ config, game }) {
  if (!game || !isMix(config.variant)) return "";
  if (config.mix.rotation === "choice") return t("table.dealers_choice");
  const games = gamesOf(config);
  const next = shortGameName(games[(games.indexOf(game.variant) + 1) % games.length]);
  const left = game.hands_left;
  if (left === 0) return t("table.last_hand", { game: next });
  return t("table.hands_left", { count: left, game: next });
}

/**
 * @param {string} code
 * @param {number} street
 */
export function streetName(code, street) {
  const name = variant(code).streets[street];
  if (!name) return t("street.number", { number: street + 1 });
  const key = `street.${name.replaceAll(" ", "_")}`;
  return hasText(key) ? t(key) : sentence(name);
}
