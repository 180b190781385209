/**
 * Texts for the viewer: what the game is waiting for, and what a turn asks.
 */

import { chips, nameAt } from "../model/format.js";
import { owesBlind } from "../model/games.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */

/**
 * The text shown while it is not the viewer's turn.
 * @param {TableState} table
 * @param {number|null} own
 * @param {string} [player] the viewer's id
 */
export function prompt(table, own, player) {
  const seat = own === null ? null : table.seats[own];
  const turn = table.hand?.turn;
  const part = own === null ? null : table.hand?.seats[own];
  const waits = turn?.actions.includes("discard") ? "prompt.waiting_to_draw" : "prompt.waiting_for";
  const others = turn ? t(waits, { name: nameAt(table, turn.seat) }) : "";
  if (!seat) {
    const waiter = table.waiting.find((one) => one.player === player);
    if (waiter && waiter.seat !== null) return t("prompt.reserved", { seat: waiter.seat + 1 });
    if (waiter) return t("prompt.on_list", { place: table.waiting.indexOf(waiter) + 1 });
    const { requests, approved } = table.hosting;
    if (requests.some((request) => request.player === player)) return t("prompt.seat_asked");
    if (!table.seats.includes(null)) return others || t("prompt.watching");
    return t(approved.includes(player ?? "") ? "prompt.seat_approved" : "prompt.pick_seat");
  }
  if (seat.leaving || seat.plan === "leave_after_hand") return t("prompt.leaving");
  if (seat.sitting_out && !part) {
    return t(seat.stack ? "prompt.sitting_out" : "prompt.out_of_chips");
  }
  if (table.hand && !part) {
    if (!owesBlind(table, seat)) return t("prompt.dealt_in");
    return t(seat.posts ? "prompt.posts" : "prompt.waits_for_blind");
  }
  if (table.hand) return others;
  if (table.next_hand_at_ms === null) return t("prompt.waiting_for_player");
  return t("prompt.next_hand");
}

/**
 * The hint for a turn to draw or discard.
 * @param {Turn} turn
 */
export function describeDraw({ discard_min: least, discard_max: most, actions }) {
  if (actions.includes("stand_pat")) return t("prompt.draw");
  if (least === most) return t("prompt.discard", { count: most });
  return t("prompt.discard_range", { least, most });
}
