/**
 * Check boxes for what to do in the next turn, while others act. The server holds the choice.
 */

import { byId } from "../ui/dom.js";
import { showRejection } from "../ui/toast.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */

export class PreActions {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    /** @type {string|null} what the server holds */
    this.held = null;
    this.hand = this.street = 0;
    /** @type {HTMLInputElement[]} */
    this.boxes = [...byId("pre-actions").querySelectorAll("input")];
    for (const box of this.boxes) {
      box.addEventListener("change", () => this.choose(box.checked ? box.value : null));
    }
  }

  /** Nothing is held, unless the server says so next. */
  clear() {
    this.held = null;
  }

  /** @param {Message} message */
  take({ action }) {
    this.held = action ?? null;
  }

  /**
   * @param {Scene} scene
   * @param {boolean} known whether the server knows pre-actions
   */
  render({ table: { hand, seats }, own, live }, known) {
    const seat = own === null ? null : seats[own];
    const part = own === null ? null : hand?.seats[own];
    const stays = seat && seat.stack > 0 && !seat.leaving && !seat.sitting_out;
    const waits = hand?.turn && hand.turn.seat !== own && !hand.drawing.length;
    byId("pre-actions").hidden = !(known && stays && waits && part && !part.folded);
    this.hand = hand?.number ?? 0;
    this.street = hand?.street ?? 0;
    for (const box of this.boxes) {
      box.checked = box.value === this.held;
      box.disabled = !live;
    }
  }

  /** @param {string|null} action */
  async choose(action) {
    const { hand, street } = this;
    try {
      await this.send({ type: "pre_act", hand, ...(action && { action, street }) });
    } catch (error) {
      for (const box of this.boxes) box.checked = box.value === this.held;
      showRejection(/** @type {any} */ (error));
    }
  }
}
