/** Describes in sentences what the host of a table decides, and is asked for. */

import { t } from "../texts/texts.js";
import { chips } from "./format.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/**
 * The name of a player who has a seat, asks for one, or has a line in the bank.
 * @param {TableState} table
 * @param {string} player
 */
function nameOf({ seats, hosting }, player) {
  const named = [...seats, ...hosting.requests, ...hosting.bank];
  return named.find((one) => one?.player === player)?.name ?? t("log.someone");
}

/**
 * A sentence with nothing but the name of the player that the event names.
 * @param {TextKey} key
 * @returns {(table: TableState, event: TableEvent) => string}
 */
function about(key) {
  return (table, { player }) => t(key, { name: nameOf(table, player) });
}

/** @type {Record<string, (table: TableState, event: TableEvent) => string|null>} */
export const HOSTING_DESCRIPTIONS = {
  seat_requested: (_, { name }) => t("log.seat_requested", { name }),
  seat_approved: about("log.seat_approved"),
  seat_denied: about("log.seat_denied"),
  player_kicked: about("log.player_kicked"),
  player_banned: about("log.player_banned"),
  table_paused: () => t("log.table_paused"),
  table_resumed: () => t("log.table_resumed"),
  change_planned: (_, { config }) => t(config ? "log.change_planned" : "log.change_dropped"),
  table_changed: (_, { config }) =>
    t("log.table_changed", { small: chips(config.small_blind), big: chips(config.big_blind) }),
  host_changed: about("log.host_changed"),
  link_renewed: () => t("log.link_renewed"),
  chips_given: (table, { player, amount }) =>
    t("log.chips_given", { name: nameOf(table, player), amount: chips(amount) }),
  chips_taken: (table, { player, amount }) =>
    t("log.chips_taken", { name: nameOf(table, player), amount: chips(amount) }),
};
