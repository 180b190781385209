/**
 * Controls of a table whose commands are sent one at a time: meanwhile all of them are disabled. They
 * show what the player has chosen until the event comes, which is after the answer, or a refusal.
 */

import { showRejection } from "../ui/toast.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */

export class TableControls {
  /**
   * @param {(message: Message) => Promise<Message>} send
   * @param {{disabled: boolean}[]} controls
   */
  constructor(send, controls) {
    this.send = send;
    this.controls = controls;
    /** @type {Scene|null} */
    this.scene = null;
    this.asking = false;
    /** The event of the latest command. */
    this.expected = { table: "", seq: 0 };
  }

  /** @param {Message} message */
  async ask(message) {
    this.asking = true;
    this.enable();
    try {
      const { seq } = await this.send(message);
      this.expected = { table: this.scene?.table.id ?? "", seq: seq ?? 0 };
      this.asking = false;
      this.enable();
    } catch (error) {
      showRejection(/** @type {any} */ (error));
      this.asking = false;
      if (this.scene) this.render(this.scene);
    }
  }

  /** @param {Scene} scene */
  render(scene) {
    this.scene = scene;
  }

  /** Whether the table does not show yet what the player has chosen. */
  isAhead() {
    const { table } = /** @type {Scene} */ (this.scene);
    return this.asking || (table.id === this.expected.table && table.seq < this.expected.seq);
  }

  enable() {
    const disabled = this.asking || !this.scene?.live;
    for (const control of this.controls) control.disabled = disabled;
  }
}
