/**
 * Everything about having a seat but playing: sitting down, sitting out and in, adding chips and
 * standing up, with the dialog that asks for an amount.
 */

import { byId, setText } from "./dom.js";
import { say, sayRefusal } from "./message.js";
import { chips } from "./words.js";

/** @typedef {import("./table.js").Scene} Scene */
/** @typedef {import("./protocol.js").Message} Message */

const USUAL_BUY_IN_BLINDS = 100;

export class SeatControls {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    /** @type {Scene|null} */
    this.scene = null;
    /** @type {number|null} chips to be added when the hand is over */
    this.chipsToAdd = null;
    this.dialog = new AmountDialog();
    this.command("stand", "stand");
    this.command("sit-out", "sit_out");
    this.command("sit-in", "sit_in");
    byId("add-chips").addEventListener("click", () => this.askChips());
  }

  /**
   * @param {string} id
   * @param {string} type
   */
  command(id, type) {
    const button = byId(id);
    button.addEventListener("click", async () => {
      button.dataset.busy = "yes";
      button.disabled = true;
      await this.send({ type }).catch(sayRefusal);
      delete button.dataset.busy;
      if (this.scene) this.render(this.scene);
    });
  }

  /** @param {Scene} scene */
  render(scene) {
    this.scene = scene;
    const { table, own, live } = scene;
    const seat = own === null ? null : table.seats[own];
    const staying = seat !== null && !seat.leaving;
    byId("stand").hidden = !staying;
    byId("sit-out").hidden = !staying || seat.sitting_out;
    byId("sit-in").hidden = !staying || !seat.sitting_out || seat.stack === 0;
    byId("add-chips").hidden = !staying || seat.stack >= table.config.max_buy_in;
    byId("add-chips").classList.toggle("primary", seat?.stack === 0 && !this.inHand());
    byId("seat-controls").hidden = !seat;
    for (const button of byId("seat-controls").children) {
      button.disabled = !live || button.dataset.busy === "yes";
    }
    if (!seat) this.chipsToAdd = null;
    if (live && this.chipsToAdd !== null && !this.inHand()) this.addChips(this.chipsToAdd);
  }

  inHand() {
    const { table, own } = this.scene ?? {};
    return own != null && table?.hand?.seats[own] != null;
  }

  /** @param {number} number */
  async askBuyIn(number) {
    const config = this.scene?.table.config;
    if (!config) return;
    const { min_buy_in: least, max_buy_in: most, big_blind: blind } = config;
    const amount = await this.dialog.ask({
      title: `Buy in for seat ${number + 1}`,
      hint: `From ${chips(least)} to ${chips(most)}; the big blind is ${chips(blind)}.`,
      confirm: "Sit down",
      least,
      most,
      value: Math.min(most, Math.max(least, blind * USUAL_BUY_IN_BLINDS)),
    });
    if (amount === null) return;
    await this.send({ type: "sit", seat: number, buy_in: amount }).catch(sayRefusal);
  }

  async askChips() {
    const { table, own } = this.scene ?? {};
    const seat = own == null ? null : table?.seats[own];
    if (!table || !seat) return;
    const least = Math.max(1, table.config.min_buy_in - seat.stack);
    const most = table.config.max_buy_in - seat.stack;
    const later = this.inHand() ? " They come when this hand is over." : "";
    const amount = await this.dialog.ask({
      title: "Add chips",
      hint: `Your stack is ${chips(seat.stack)}; add ${chips(least)} to ${chips(most)}.${later}`,
      confirm: "Add",
      least,
      most,
      value: Math.min(most, table.config.big_blind * USUAL_BUY_IN_BLINDS),
    });
    if (amount === null) return;
    if (this.inHand()) {
      this.chipsToAdd = amount;
      say(`${chips(amount)} are added when the hand is over.`);
    } else {
      this.addChips(amount);
    }
  }

  /**
   * Add chips, no more than there is room for by now, and come back to the game when the player
   * was out of them.
   * @param {number} asked
   */
  async addChips(asked) {
    this.chipsToAdd = null;
    const { table, own } = this.scene ?? {};
    const seat = own == null ? null : table?.seats[own];
    if (!table || !seat) return;
    const busted = seat.stack === 0 && seat.sitting_out;
    const amount = Math.min(asked, table.config.max_buy_in - seat.stack);
    if (amount < 1) return;
    try {
      await this.send({ type: "add_chips", amount });
      if (busted) await this.send({ type: "sit_in" });
    } catch (error) {
      const refusal = /** @type {any} */ (error);
      // The next hand has just begun: keep the wish until it is over.
      if (refusal.code === "in_hand") this.chipsToAdd = asked;
      else sayRefusal(refusal);
    }
  }
}

/** Asks for an amount of chips. */
class AmountDialog {
  constructor() {
    this.dialog = byId("buy-in");
    this.amount = byId("buy-in-amount");
    this.slider = byId("buy-in-slider");
    /** @type {(amount: number|null) => void} */
    this.answer = () => {};
    this.slider.addEventListener("input", () => {
      this.amount.value = this.slider.value;
    });
    this.amount.addEventListener("input", () => {
      this.slider.value = this.amount.value;
    });
    byId("buy-in-cancel").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("submit", () => this.finish(Number(this.amount.value)));
    this.dialog.addEventListener("close", () => this.finish(null));
  }

  /**
   * @param {{title: string, hint: string, confirm: string, least: number, most: number,
   *   value: number}} question
   * @returns {Promise<number|null>} null when it was cancelled
   */
  ask({ title, hint, confirm, least, most, value }) {
    setText(byId("buy-in-title"), title);
    setText(byId("buy-in-hint"), hint);
    setText(byId("buy-in-confirm"), confirm);
    for (const input of [this.amount, this.slider]) {
      input.min = least;
      input.max = most;
      input.value = value;
    }
    this.dialog.showModal();
    this.amount.select();
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  /** @param {number|null} amount */
  finish(amount) {
    this.answer(amount);
    this.answer = () => {};
  }
}
