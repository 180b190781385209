/**
 * Everything about having a seat but playing: sitting down, sitting out and in, adding chips and
 * standing up.
 */

import { chips } from "../model/format.js";
import { byId } from "../ui/dom.js";
import { showRejection, showToast } from "../ui/toast.js";
import { AmountDialog } from "./amount-dialog.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../net/protocol.js").Message} Message */
/** @typedef {import("../account/account.js").Account} Account */

/** A wish to add chips: so many, or null for as many as the table and the account allow. */
/** @typedef {{amount: number|null}} Wish */

const USUAL_BUY_IN_BLINDS = 100;

export class SeatControls {
  /**
   * @param {(message: Message) => Promise<Message>} send
   * @param {Account} account
   */
  constructor(send, account) {
    this.send = send;
    this.account = account;
    /** @type {Scene|null} */
    this.scene = null;
    /** @type {Wish|null} to be fulfilled when the hand is over */
    this.wish = null;
    this.dialog = new AmountDialog(account);
    this.command("stand", "stand");
    this.command("sit-out", "sit_out");
    this.command("sit-in", "sit_in");
    byId("add-chips").addEventListener("click", () => this.askChips());
    this.onClick("show-cards", () => this.showCards());
    this.onClick("top-up", () => this.want({ amount: null }));
  }

  /**
   * @param {string} id
   * @param {string} type
   */
  command(id, type) {
    this.onClick(id, () => this.send({ type }).catch(showRejection));
  }

  /**
   * Have a button do something, and be dead until it is done.
   * @param {string} id
   * @param {() => Promise<unknown>} deed
   */
  onClick(id, deed) {
    const button = byId(id);
    button.addEventListener("click", async () => {
      button.dataset.busy = "yes";
      button.disabled = true;
      await deed();
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
    byId("show-cards").hidden = !canShow(table, own);
    byId("stand").hidden = !staying;
    byId("sit-out").hidden = !staying || seat.sitting_out;
    byId("sit-in").hidden = !staying || !seat.sitting_out || seat.stack === 0;
    byId("add-chips").hidden = !staying || seat.stack >= table.config.max_buy_in;
    byId("top-up").hidden = byId("add-chips").hidden || !this.canTopUp(table, seat);
    byId("add-chips").classList.toggle("primary", seat?.stack === 0 && !this.inHand());
    byId("seat-controls").hidden = !seat;
    for (const button of byId("seat-controls").children) {
      button.disabled = !live || button.dataset.busy === "yes";
    }
    if (!seat) this.wish = null;
    if (live && this.wish !== null && !this.inHand()) this.addChips(this.wish);
  }

  /**
   * Whether the account has the least that may be added.
   * @param {import("../model/table-state.js").TableState} table
   * @param {import("../model/table-state.js").Seat|null} seat
   */
  canTopUp(table, seat) {
    if (!seat || this.account.balance === null) return false;
    return this.account.balance >= Math.max(1, table.config.min_buy_in - seat.stack);
  }

  async showCards() {
    const hand = this.scene?.table.last_hand?.number;
    if (hand !== undefined) await this.send({ type: "show", hand }).catch(showRejection);
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
      note: `The big blind is ${chips(blind)}.`,
      confirm: "Sit down",
      least,
      most,
      value: Math.min(most, Math.max(least, blind * USUAL_BUY_IN_BLINDS)),
    });
    if (amount === null) return;
    await this.send({ type: "sit", seat: number, buy_in: amount }).catch(showRejection);
  }

  async askChips() {
    const { table, own } = this.scene ?? {};
    const seat = own == null ? null : table?.seats[own];
    if (!table || !seat) return;
    const least = Math.max(1, table.config.min_buy_in - seat.stack);
    const most = table.config.max_buy_in - seat.stack;
    const later = this.inHand() ? " The chips come when this hand is over." : "";
    const amount = await this.dialog.ask({
      title: "Add chips",
      note: `Your stack is ${chips(seat.stack)}.${later}`,
      confirm: "Add",
      least,
      most,
      value: Math.min(most, table.config.big_blind * USUAL_BUY_IN_BLINDS),
    });
    if (amount !== null) this.want({ amount });
  }

  /** @param {Wish} wish */
  async want(wish) {
    if (!this.inHand()) {
      await this.addChips(wish);
      return;
    }
    this.wish = wish;
    const what = wish.amount === null ? "Your stack is filled up" : `${chips(wish.amount)} are added`;
    showToast(`${what} when the hand is over.`);
  }

  /**
   * Add chips, no more than there is room for by now, and come back to the game when the player
   * was out of them.
   * @param {Wish} wish
   */
  async addChips(wish) {
    this.wish = null;
    const { table, own } = this.scene ?? {};
    const seat = own == null ? null : table?.seats[own];
    if (!table || !seat) return;
    const busted = seat.stack === 0 && seat.sitting_out;
    const room = table.config.max_buy_in - seat.stack;
    if (room < 1) return;
    // The server knows best how far the account goes.
    const amount = wish.amount === null ? {} : { amount: Math.min(wish.amount, room) };
    try {
      await this.send({ type: "add_chips", ...amount });
      if (busted) await this.send({ type: "sit_in" });
    } catch (error) {
      const refusal = /** @type {any} */ (error);
      // The next hand has just begun: keep the wish until it is over.
      if (refusal.code === "in_hand") this.wish = wish;
      else showRejection(refusal);
    }
  }
}

/**
 * Whether there are own cards of the last hand that nobody has seen.
 * @param {import("../model/table-state.js").TableState} table
 * @param {number|null} own
 */
function canShow({ last_hand: last }, own) {
  return own !== null && last !== null && last.cards[own].length > 0 && !last.shown.includes(own);
}
