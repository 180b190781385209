/**
 * Controls of a table whose commands are sent one at a time: meanwhile all of them are disabled. The
 * event may come after the answer, so only a refusal restores what they show.
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
  }

  /** @param {Message} message */
  async ask(message) {
    this.asking = true;
    this.enable();
    try {
      await this.send(message);
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

  enable() {
    const disabled = this.asking || !this.scene?.live;
    for (const control of this.controls) control.disabled = disabled;
  }
}
