/**
 * The refill button, enabled when a refill is due, with a line that shows when that is or why the
 * last request was rejected.
 */

import { duration, timeOf } from "../model/format.js";
import { describeRejection } from "../model/refusals.js";
import { make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("./account.js").Account} Account */

const TICK_MS = 1_000;

export class RefillOffer {
  /**
   * @param {Account} account
   * @param {HTMLElement} place the element to fill
   */
  constructor(account, place) {
    this.account = account;
    this.place = place;
    this.busy = false;
    this.rejection = "";
    this.button = make("button", { type: "button", class: "small", text: t("refill.button") });
    this.button.addEventListener("click", () => this.refill());
    this.status = make("p", { class: "soft" });
    this.alert = make("p", { class: "error", role: "alert" });
    place.append(this.button, this.status, this.alert);
    account.onChange(() => this.render());
    setInterval(() => place.checkVisibility() && this.render(), TICK_MS);
    this.render();
  }

  async refill() {
    this.busy = true;
    this.rejection = "";
    this.render();
    try {
      await this.account.refill();
    } catch (error) {
      this.rejection = describeRejection(/** @type {any} */ (error));
    }
    this.busy = false;
    this.render();
  }

  /** Clear the last rejection when the offer is opened again. */
  reset() {
    this.rejection = "";
    this.render();
  }

  render() {
    const waitMs = this.account.msUntilRefill();
    const due = waitMs === 0 && this.account.connection.state === "online";
    this.button.disabled = !due || this.busy;
    this.button.classList.toggle("primary", due);
    setText(this.status, this.rejection ? "" : this.describe(waitMs));
    setText(this.alert, this.rejection);
  }

  /** @param {number|null} waitMs */
  describe(waitMs) {
    const { refillAtMs, connection } = this.account;
    if (waitMs === null || refillAtMs === null) return t("refill.when_low");
    if (waitMs === 0) return t("refill.due");
    const time = timeOf(refillAtMs, connection.serverNow());
    return t("refill.at", { time, duration: duration(waitMs) });
  }
}
