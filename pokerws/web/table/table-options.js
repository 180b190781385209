/**
 * Options of a seated player, if the table allows them: straddling, running the board several
 * times, and the time bank on demand.
 */

import { byId } from "../ui/dom.js";
import { showRejection } from "../ui/toast.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */

export class TableOptions {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    /** @type {Scene|null} */
    this.scene = null;
    this.asking = false;
    this.straddle = byId("straddle");
    this.runIt = byId("run-it");
    this.straddle.addEventListener("change", () => {
      this.ask({ type: "straddle", on: this.straddle.checked });
    });
    this.timeBank = byId("use-time-bank");
    this.timeBank.addEventListener("click", () => {
      const turn = this.scene?.table.hand?.turn;
      if (turn) this.ask({ type: "use_time_bank", turn: turn.number });
    });
    this.runIt.addEventListener("change", () => {
      this.ask({ type: "run_it", times: Number(this.runIt.value) });
    });
  }

  /**
   * Send an option. Its event may come after the answer, so only a rejection restores the old state.
   * @param {Message} message
   */
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
      this.render(this.scene);
    }
  }

  /** @param {Scene|null} scene */
  render(scene) {
    this.scene = scene;
    if (!scene) return;
    const { table, own } = scene;
    const { straddle, run_it: most } = table.config.house;
    const seat = own === null ? null : table.seats[own];
    byId("straddle-option").hidden = !seat || straddle === "none";
    byId("run-it-option").hidden = !seat || most < 2;
    const turn = table.hand?.turn?.seat === own ? table.hand?.turn : null;
    const onDemand = table.config.clocks.bank?.use === "on_demand";
    this.timeBank.hidden = !(onDemand && turn?.time === "turn" && seat?.clock?.bank_ms);
    this.enable();
    if (!seat || this.asking) return;
    this.straddle.checked = seat.straddle;
    for (const option of this.runIt.options) option.hidden = Number(option.value) > most;
    this.runIt.value = seat.run_it;
  }

  enable() {
    const disabled = this.asking || !this.scene?.live;
    this.straddle.disabled = this.runIt.disabled = this.timeBank.disabled = disabled;
  }
}
