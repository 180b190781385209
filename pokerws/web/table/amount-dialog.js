/**
 * The dialog for the amount of a buy-in or add-on, within the limits of the table and the account.
 * If the account is the limit, it says so and offers a refill.
 */

import { RefillOffer } from "../account/refill-offer.js";
import { chips, timeOf } from "../model/format.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../account/account.js").Account} Account */

/**
 * @typedef {object} Question
 * @property {string} title
 * @property {string} note a text beside the limits
 * @property {string} confirm
 * @property {number} least of the table
 * @property {number} most
 * @property {number} value the default amount
 * @property {boolean} [isFree] whether the chips come from the table's bank, not from the account
 */

export class AmountDialog {
  /** @param {Account} account */
  constructor(account) {
    this.account = account;
    this.dialog = byId("buy-in");
    this.amount = byId("buy-in-amount");
    this.slider = byId("buy-in-slider");
    /** @type {Question|null} */
    this.question = null;
    this.chosen = false;
    /** @type {(amount: number|null) => void} */
    this.answer = () => {};
    this.offer = new RefillOffer(account, byId("buy-in-refill"));
    this.slider.addEventListener("input", () => this.choose(this.amount, this.slider.value));
    this.amount.addEventListener("input", () => this.choose(this.slider, this.amount.value));
    byId("buy-in-cancel").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("submit", () => this.finish(Number(this.amount.value)));
    this.dialog.addEventListener("close", () => this.finish(null));
    account.onChange(() => this.render());
  }

  /**
   * @param {Question} question
   * @returns {Promise<number|null>} null if it was cancelled
   */
  ask(question) {
    this.question = question;
    this.chosen = false;
    this.offer.reset();
    this.account.refresh();
    this.render();
    this.dialog.showModal();
    this.amount.select();
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  /**
   * @param {HTMLInputElement} other the input to update
   * @param {string} value
   */
  choose(other, value) {
    this.chosen = true;
    other.value = value;
    this.check();
  }

  render() {
    if (!this.question) return;
    const { title, note, confirm, least, most, value, isFree = false } = this.question;
    const { refillAtMs } = this.account;
    const affordable = isFree ? most : Math.min(most, this.account.available() ?? most);
    const poor = affordable < least;
    const values = { least: chips(least), most: chips(affordable) };
    const limits = t(poor ? "buy_in.least" : "buy_in.limits", values);
    setText(byId("buy-in-title"), title);
    setText(byId("buy-in-hint"), `${limits} ${note}`);
    const account = isFree ? "" : this.describeAccount(poor, affordable < most);
    setText(byId("buy-in-account"), account);
    byId("buy-in-account").classList.toggle("error", poor);
    byId("buy-in-refill").hidden = affordable === most || (!poor && refillAtMs === null);
    setText(byId("buy-in-confirm"), confirm);
    for (const input of [this.amount, this.slider]) {
      input.disabled = input.hidden = poor;
      input.min = least;
      input.max = Math.max(least, affordable);
      // Keep the viewer's choice when the account changes.
      if (!this.chosen) input.value = Math.max(least, Math.min(affordable, value));
    }
    this.check();
  }

  /**
   * @param {boolean} poor whether the account has less than the minimum
   * @param {boolean} limited whether the account has less than the maximum
   */
  describeAccount(poor, limited) {
    const { balance, heldUntilMs, connection } = this.account;
    const available = this.account.available();
    if (balance === null || available === null) return "";
    if (available < balance && limited) {
      const time = timeOf(heldUntilMs, connection.serverNow());
      const values = { amount: chips(available), balance: chips(balance), time };
      return t("buy_in.account_new", values);
    }
    const amount = chips(balance);
    if (poor) return t("buy_in.account_only", { amount });
    return t(limited ? "buy_in.account_less" : "buy_in.account", { amount });
  }

  /** Disable the confirmation of an invalid amount. */
  check() {
    const valid = !this.amount.disabled && this.amount.validity.valid;
    this.amount.setAttribute("aria-invalid", String(!valid));
    byId("buy-in-confirm").disabled = !valid;
  }

  /** @param {number|null} amount */
  finish(amount) {
    this.question = null;
    this.answer(amount);
    this.answer = () => {};
  }
}
