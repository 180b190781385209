/**
 * The seat's controls: sitting down, sitting out and in, adding chips, showing cards, standing up.
 */

import { chips } from "../model/format.js";
import { byId, setText } from "../ui/dom.js";
import { showPending } from "../ui/pending.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";
import { AmountDialog } from "./amount-dialog.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../account/account.js").Account} Account */

/** A request to add chips; null for as many as the table and the account allow. */
/** @typedef {{amount: number|null}} ChipRequest */

const DEFAULT_BUY_IN_BLINDS = 100;

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
    /** @type {ChipRequest|null} to be sent after the hand */
    this.pendingChips = null;
    /** The seat that the player has asked the host for. @type {{table: string, seat: number, buy_in: number}|null} */
    this.asked = null;
    this.dialog = new AmountDialog(account);
    this.command("stand", "stand");
    this.command("sit-out", "sit_out");
    this.command("sit-in", "sit_in");
    byId("add-chips").addEventListener("click", () => this.askChips());
    this.onClick("show-cards", () => this.showCards());
    this.onClick("top-up", () => this.requestChips({ amount: null }));
  }

  /**
   * @param {string} id
   * @param {string} type
   */
  command(id, type) {
    this.onClick(id, () => this.send({ type }).catch(showRejection));
  }

  /**
   * Run an action on a click, with the button disabled meanwhile.
   * @param {string} id
   * @param {() => Promise<unknown>} action
   */
  onClick(id, action) {
    const button = byId(id);
    button.addEventListener("click", async () => {
      button.dataset.busy = "yes";
      button.disabled = true;
      await showPending(button, action());
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
    const claims = own !== null && table.last_hand?.claimant === own && table.config.house.seven_deuce > 0;
    setLabel(byId("show-cards"), t(claims ? "table.claim_bonus" : "table.show_cards"));
    byId("stand").hidden = !staying;
    byId("sit-out").hidden = !staying || seat.sitting_out;
    byId("sit-in").hidden = !staying || !seat.sitting_out || seat.stack === 0;
    const { bank } = table.config.hosting;
    byId("add-chips").hidden = !staying || bank || seat.stack >= table.config.max_buy_in;
    byId("top-up").hidden = byId("add-chips").hidden || !this.canTopUp(table, seat);
    byId("add-chips").classList.toggle("primary", seat?.stack === 0 && !this.inHand());
    byId("seat-controls").hidden = !seat;
    for (const button of byId("seat-controls").children) {
      button.disabled = !live || button.dataset.busy === "yes";
    }
    if (!seat) this.pendingChips = null;
    this.sitWhenApproved(scene);
    if (live && this.pendingChips !== null && !this.inHand()) this.addChips(this.pendingChips);
  }

  /**
   * Whether the account has the minimum that can be added.
   * @param {import("../client/state/table-state.js").TableState} table
   * @param {import("../client/state/table-state.js").Seat|null} seat
   */
  canTopUp(table, seat) {
    const available = this.account.available();
    if (!seat || available === null) return false;
    return available >= Math.max(1, table.config.min_buy_in - seat.stack);
  }

  /** @param {string[]} [cards] only these */
  async showCards(cards) {
    const hand = this.scene?.table.last_hand?.number;
    if (hand === undefined) return;
    await this.send({ type: "show", hand, ...(cards && { cards }) }).catch(showRejection);
  }

  inHand() {
    const { table, own } = this.scene ?? {};
    return own != null && table?.hand?.seats[own] != null;
  }

  /** @param {number} number */
  async askBuyIn(number) {
    if (!this.scene) return;
    const { departure } = this.scene;
    const { min_buy_in: smallest, max_buy_in: most, big_blind: blind } = this.scene.table.config;
    const brings = this.scene.table.config.seating.stay_ms > 0 ? (departure?.stack ?? 0) : 0;
    const least = Math.max(smallest, Math.min(most, brings));
    const amount = await this.dialog.ask({
      title: t("buy_in.title", { seat: number + 1 }),
      note: [
        t("buy_in.big_blind", { amount: chips(blind) }),
        ...describeDeparture(departure, least > smallest),
      ].join(" "),
      confirm: t("buy_in.sit_down"),
      least,
      most,
      value: Math.min(most, Math.max(least, blind * DEFAULT_BUY_IN_BLINDS)),
      isFree: this.scene.table.config.hosting.bank,
    });
    if (amount === null) return;
    const { table, player } = this.scene;
    const isAsked = table.config.hosting.approval && !table.hosting.approved.includes(player ?? "");
    this.asked = isAsked ? { table: table.id, seat: number, buy_in: amount } : null;
    await this.send({ type: "sit", seat: number, buy_in: amount }).catch(showRejection);
  }

  /**
   * Take the seat that the player asked the host for.
   * @param {Scene} scene
   */
  sitWhenApproved({ table, own, live, player }) {
    const { asked } = this;
    if (!asked || !live) return;
    if (asked.table !== table.id || own !== null) this.asked = null;
    if (!this.asked || !table.hosting.approved.includes(player ?? "")) return;
    this.asked = null;
    this.send({ type: "sit", seat: asked.seat, buy_in: asked.buy_in }).catch(showRejection);
  }

  async askChips() {
    const { table, own } = this.scene ?? {};
    const seat = own == null ? null : table?.seats[own];
    if (!table || !seat) return;
    const least = Math.max(1, table.config.min_buy_in - seat.stack);
    const most = table.config.max_buy_in - seat.stack;
    const note = [t("add_chips.stack", { amount: chips(seat.stack) })];
    if (this.inHand()) note.push(t("add_chips.later"));
    const amount = await this.dialog.ask({
      title: t("add_chips.title"),
      note: note.join(" "),
      confirm: t("add_chips.add"),
      least,
      most,
      value: Math.min(most, table.config.big_blind * DEFAULT_BUY_IN_BLINDS),
    });
    if (amount !== null) this.requestChips({ amount });
  }

  /** @param {ChipRequest} request */
  async requestChips(request) {
    if (!this.inHand()) {
      await this.addChips(request);
      return;
    }
    this.pendingChips = request;
    const { amount } = request;
    const isTopUp = amount === null;
    showToast(
      isTopUp
        ? t("add_chips.top_up_later")
        : t("add_chips.amount_later", { amount: chips(amount) }),
    );
  }

  /**
   * Add chips, up to the maximum of the table, and sit in again if the player was out of chips.
   * @param {ChipRequest} request
   */
  async addChips(request) {
    this.pendingChips = null;
    const { table, own } = this.scene ?? {};
    const seat = own == null ? null : table?.seats[own];
    if (!table || !seat) return;
    const busted = seat.stack === 0 && seat.sitting_out;
    const room = table.config.max_buy_in - seat.stack;
    if (room < 1) return;
    // Without an amount, the server adds as many as the account allows.
    const amount = request.amount === null ? {} : { amount: Math.min(request.amount, room) };
    try {
      await this.send({ type: "add_chips", ...amount });
      if (busted) await this.send({ type: "sit_in" });
    } catch (error) {
      const rejection = /** @type {any} */ (error);
      // The next hand has just started: keep the request until it is over.
      if (rejection.code === "in_hand") this.pendingChips = request;
      else showRejection(rejection);
    }
  }
}

/**
 * What a player who left lately brings back and owes, in sentences.
 * @param {Scene["departure"]} departure
 * @param {boolean} demanded whether it is more than the usual minimum
 */
function describeDeparture(departure, demanded) {
  const stack = chips(departure?.stack ?? 0);
  return [
    ...(demanded && departure ? [t("buy_in.left_with", { amount: stack })] : []),
    ...(departure?.owes_blinds ? [t("buy_in.owes_blinds")] : []),
  ];
}

/**
 * A button that awaits an answer says so itself.
 * @param {HTMLElement} button
 * @param {string} text
 */
function setLabel(button, text) {
  if (!button.hasAttribute("aria-busy")) setText(button, text);
}

/**
 * Whether the viewer has cards of the last hand that were not shown.
 * @param {import("../client/state/table-state.js").TableState} table
 * @param {number|null} own
 */
export function canShow({ last_hand: last }, own) {
  return own !== null && last !== null && last.cards[own].length > 0 && !last.shown.includes(own);
}
