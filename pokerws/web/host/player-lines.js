/** Whom the host of a table can do something about, and what. */

import { chips } from "../model/format.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */

/**
 * @typedef {object} Line
 * @property {"requests"|"players"|"bots"|"approved"|"banned"} group
 * @property {string} player
 * @property {string} name
 * @property {string} note
 * @property {string[]} actions the commands of the host about the player
 * @property {boolean} [bank] whether chips can be given and taken
 */

/**
 * @param {TableState} table
 * @param {string|undefined} host
 * @param {Map<string, string>} names
 * @returns {Line[]}
 */
export function playerLines(table, host, names) {
  const { hosting, seats, config, bots } = table;
  const seated = new Set(seats.map((seat) => seat?.player));
  const wanted = new Set(bots.map((bot) => bot.player));
  /** @param {string} player */
  const nameOf = (player) => names.get(player) ?? t("host.unknown", { id: player.slice(-6) });
  /** @param {string} player */
  const chat = (player) => (hosting.muted.includes(player) ? "host_unmute" : "host_mute");
  /** @type {Line[]} */
  const lines = hosting.requests.map(({ player, name, buy_in: amount }) => ({
    ...{ group: /** @type {const} */ ("requests"), player, name },
    note: t("host.wants", { amount: chips(amount) }),
    actions: ["approve_seat", "deny_seat", "host_ban"],
  }));
  for (const seat of seats) {
    if (!seat || wanted.has(seat.player)) continue;
    const { player, name, stack } = seat;
    // The host needs no approval, and cannot be removed.
    const others = player === host ? [] : [chat(player), "host_kick", "host_ban", "hand_over"];
    const actions = seat.bot ? ["host_kick"] : others;
    lines.push({ group: "players", player, name, note: chips(stack), actions, bank: config.hosting.bank });
  }
  for (const { player, name, style } of bots) {
    const seat = seats.find((one) => one?.player === player);
    const words = t(/** @type {any} */ (`host.style.${style}`));
    const note = seat ? `${words} · ${chips(seat.stack)}` : words;
    lines.push({ group: "bots", player, name, note, actions: ["remove_bot"] });
  }
  for (const player of hosting.approved) {
    if (seated.has(player)) continue;
    lines.push({ group: "approved", player, name: nameOf(player), note: "", actions: ["deny_seat"] });
  }
  for (const player of hosting.banned) {
    lines.push({ group: "banned", player, name: nameOf(player), note: "", actions: ["host_unban"] });
  }
  return lines;
}
