/**
 * Options of a seated player, if the table allows them: straddling, running the board several
 * times, and the time bank on demand.
 */

import { byId } from "../ui/dom.js";
import { TableControls } from "./table-controls.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */

export class TableOptions extends TableControls {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    const [straddle, runIt, timeBank] = ["straddle", "run-it", "use-time-bank"].map(byId);
    super(send, [straddle, runIt, timeBank]);
    this.straddle = straddle;
    this.runIt = runIt;
    this.timeBank = timeBank;
    this.straddle.addEventListener("change", () => {
      this.ask({ type: "straddle", on: this.straddle.checked });
    });
    this.timeBank.addEventListener("click", () => {
      const turn = this.scene?.table.hand?.turn;
      if (turn) this.ask({ type: "use_time_bank", turn: turn.number });
    });
    this.runIt.addEventListener("change", () => {
      this.ask({ type: "run_it", times: Number(this.runIt.value) });
    });
  }

  /** @param {Scene} scene */
  render(scene) {
    super.render(scene);
    const { table, own } = scene;
    const { straddle, run_it: most } = table.config.house;
    const seat = own === null ? null : table.seats[own];
    byId("straddle-option").hidden = !seat || straddle === "none";
    byId("run-it-option").hidden = !seat || most < 2;
    const turn = table.hand?.turn?.seat === own ? table.hand?.turn : null;
    const onDemand = table.config.clocks.bank?.use === "on_demand";
    this.timeBank.hidden = !(onDemand && turn?.time === "turn" && seat?.clock?.bank_ms);
    this.enable();
    if (!seat || this.isAhead()) return;
    this.straddle.checked = seat.straddle;
    for (const option of this.runIt.options) option.hidden = Number(option.value) > most;
    this.runIt.value = seat.run_it;
  }
}
