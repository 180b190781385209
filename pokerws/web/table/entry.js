/**
 * Buttons for coming to the table: to post an owed blind or wait for it, and the waiting list.
 */

import { owesBlind } from "../model/games.js";
import { byId } from "../ui/dom.js";
import { showRejection } from "../ui/toast.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */

/** The message that each button sends. @type {Record<string, Message>} */
const MESSAGES = {
  "post-blind": { type: "post_blind" },
  "wait-for-blind": { type: "post_blind", on: false },
  "join-list": { type: "join_waiting_list" },
  "leave-list": { type: "leave_waiting_list" },
};

export class Entry {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    /** The button whose message has no answer yet. */
    this.busy = "";
    /** @type {Scene|null} */
    this.scene = null;
    for (const [id, message] of Object.entries(MESSAGES)) {
      byId(id).addEventListener("click", async () => {
        this.busy = id;
        this.render(this.scene);
        await send(message).catch(showRejection);
        this.busy = "";
        this.render(this.scene);
      });
    }
  }

  /** @param {Scene|null} scene */
  render(scene) {
    this.scene = scene;
    if (!scene) return;
    const { table, own, live, player } = scene;
    const owes = own !== null && waitsForBlind(table, own);
    const posts = own !== null && table.seats[own]?.posts;
    const waits = table.waiting.some((one) => one.player === player);
    const places = table.config.seating.waiting_list;
    byId("post-blind").hidden = !owes || posts;
    byId("wait-for-blind").hidden = !owes || !posts;
    byId("join-list").hidden =
      own !== null || waits || isSeatFree(table) || table.waiting.length >= places;
    byId("leave-list").hidden = own !== null || !waits;
    for (const id of Object.keys(MESSAGES)) byId(id).disabled = !live || this.busy === id;
  }
}

/**
 * Whether a player waits for the big blind, and could post one instead.
 * @param {TableState} table
 * @param {number} own
 */
function waitsForBlind(table, own) {
  const seat = table.seats[own];
  if (!seat || !owesBlind(table, seat) || seat.leaving || seat.sitting_out) return false;
  // In the first hand nobody owes.
  return table.big_blind !== null && !table.hand?.seats[own];
}

/** @param {TableState} table */
function isSeatFree(table) {
  const reserved = table.waiting.map((one) => one.seat);
  return table.seats.some((seat, number) => !seat && !reserved.includes(number));
}
