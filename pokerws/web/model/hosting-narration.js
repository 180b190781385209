/** Describes in sentences what the host of a table decides, and is asked for. */

import { chips } from "./format.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */

/**
 * The name of a player who has a seat, asks for one, or has a line in the bank.
 * @param {TableState} table
 * @param {string} player
 */
function nameOf({ seats, hosting }, player) {
  const named = [...seats, ...hosting.requests, ...hosting.bank];
  return named.find((one) => one?.player === player)?.name ?? "A player";
}

/** @type {Record<string, (table: TableState, event: TableEvent) => string|null>} */
export const HOSTING_DESCRIPTIONS = {
  seat_requested: (_, event) => `${event.name} asks the host for a seat`,
  seat_approved: (table, { player }) => `${nameOf(table, player)} may sit down`,
  seat_denied: (table, { player }) => `${nameOf(table, player)} may not sit down`,
  player_kicked: (table, { player }) => `The host removes ${nameOf(table, player)}`,
  player_muted: (table, { player, on }) =>
    `The host ${on ? "mutes" : "unmutes"} ${nameOf(table, player)}`,
  player_banned: (table, { player }) => `The host bans ${nameOf(table, player)} from the table`,
  table_paused: () => "The host pauses the table",
  table_resumed: () => "The host ends the pause",
  change_planned: (_, { config }) =>
    config ? "The host changes the table after this hand" : "The table stays as it is",
  table_changed: (_, { config }) =>
    `The table is changed: blinds ${chips(config.small_blind)}/${chips(config.big_blind)}`,
  host_changed: (table, { player }) => `${nameOf(table, player)} is the host now`,
  link_renewed: () => "The table has a new link",
  chips_given: (table, { player, amount }) =>
    `The host gives ${nameOf(table, player)} ${chips(amount)}`,
  chips_taken: (table, { player, amount }) =>
    `The host takes ${chips(amount)} from ${nameOf(table, player)}`,
};
