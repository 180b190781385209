/**
 * Tells the server the settings that it keeps for each seat: whether losing hands are mucked, and
 * whether the stack is topped up. They are sent once when the player is seated at the open table, and
 * when they change; what another device has set meanwhile stays.
 */

import { onSetting, setting } from "../model/settings.js";
import { showRejection } from "../ui/toast.js";

/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */

const TOP_UP_BLINDS = 100;
/** The server has it so already. */
const ALREADY = "already_so";

export class SeatSettings {
  /** @param {(message: Message) => Promise<Message>} send sends a command to the open table */
  constructor(send) {
    this.send = send;
    /** The seat for which they have been sent. */
    this.sentFor = "";
    /** @type {{table: TableState, own: number|null, live: boolean}|null} */
    this.scene = null;
    onSetting((name) => {
      if (name === "auto_muck") this.sendMuck();
      if (name === "auto_top_up") this.sendTopUp();
    });
  }

  /** @param {{table: TableState, own: number|null, live: boolean}} scene */
  follow(scene) {
    this.scene = scene;
    const { table, own, live } = scene;
    if (own === null) this.sentFor = "";
    const key = `${table.id}/${own}`;
    if (!live || own === null || key === this.sentFor) return;
    this.sentFor = key;
    this.sendMuck();
    if (setting("auto_top_up")) this.sendTopUp();
  }

  /** The own seat, if commands can be sent for it. */
  seat() {
    const { table, own, live } = this.scene ?? {};
    return live && table && own != null ? table.seats[own] : null;
  }

  sendMuck() {
    const seat = this.seat();
    const on = setting("auto_muck");
    if (seat && seat.auto_muck !== on) this.ask({ type: "auto_muck", on });
  }

  sendTopUp() {
    const seat = this.seat();
    const config = this.scene?.table.config;
    if (!seat || !config || config.hosting.bank || !config.seating.auto_chips) return;
    const on = setting("auto_top_up");
    const isOn = seat.auto !== null && seat.auto.top_up_to > 0;
    if (on === isOn) return;
    const rebuy = seat.auto?.rebuy_to;
    const top = on && { top_up_to: topUpTo(config) };
    this.ask({ type: "auto_chips", ...top, ...(rebuy && { rebuy_to: rebuy }) });
  }

  /** @param {Message} message */
  ask(message) {
    this.send(message).catch((error) => error.code === ALREADY || showRejection(error));
  }
}

/**
 * What a smaller stack is filled up to: the usual buy-in.
 * @param {import("../client/state/table-read.js").TableConfig} config
 */
function topUpTo({ big_blind: blind, min_buy_in: least, max_buy_in: most }) {
  return Math.min(most, Math.max(least, blind * TOP_UP_BLINDS));
}
