/**
 * The offer of a refill: a button, which can be pressed when the server's clock says so, and a line
 * that says when that is, or why it was refused.
 */

import { duration, timeOf } from "../model/format.js";
import { make, setText } from "../ui/dom.js";
import { describeRejection } from "../ui/toast.js";

/** @typedef {import("./account.js").Account} Account */

const TICK_MS = 1_000;

export class RefillOffer {
  /**
   * @param {Account} account
   * @param {HTMLElement} place where it is put
   */
  constructor(account, place) {
    this.account = account;
    this.place = place;
    this.busy = false;
    this.refusal = "";
    this.button = make("button", { type: "button", class: "small", text: "Refill" });
    this.button.addEventListener("click", () => this.refill());
    this.words = make("p", { class: "soft" });
    this.alert = make("p", { class: "error", role: "alert" });
    place.append(this.button, this.words, this.alert);
    account.onChange(() => this.render());
    setInterval(() => place.checkVisibility() && this.render(), TICK_MS);
    this.render();
  }

  async refill() {
    this.busy = true;
    this.refusal = "";
    this.render();
    try {
      await this.account.refill();
    } catch (error) {
      this.refusal = describeRejection(/** @type {any} */ (error));
    }
    this.busy = false;
    this.render();
  }

  /** Forget the last refusal: somebody comes to look anew. */
  begin() {
    this.refusal = "";
    this.render();
  }

  render() {
    const waitMs = this.account.msUntilRefill();
    const due = waitMs === 0 && this.account.connection.state === "online";
    this.button.disabled = !due || this.busy;
    this.button.classList.toggle("primary", due);
    setText(this.words, this.refusal ? "" : this.inWords(waitMs));
    setText(this.alert, this.refusal);
  }

  /** @param {number|null} waitMs */
  inWords(waitMs) {
    const { refillAtMs, connection } = this.account;
    if (waitMs === null || refillAtMs === null) {
      return "The house fills up an account that runs low.";
    }
    if (waitMs === 0) return "You run low: the house fills your account up.";
    return `Due at ${timeOf(refillAtMs, connection.serverNow())}, in ${duration(waitMs)}.`;
  }
}
