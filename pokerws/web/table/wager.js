/**
 * The amount of a bet or raise: a slider, a field and presets if it can be chosen, or one or two
 * buttons if the stakes fix it.
 */

import { chips } from "../model/format.js";
import { variant } from "../model/games.js";
import { potsOf } from "../model/pots.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../ui/texts.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */

export class Wager {
  /** @param {() => void} changed called when the amount changes */
  constructor(changed) {
    this.changed = changed;
    /** @type {Turn|null} */
    this.turn = null;
    /** @type {TableState|null} */
    this.table = null;
    /** Whether the entered amount is legal. */
    this.legal = false;
    this.amount = byId("raise-amount");
    this.slider = byId("raise-slider");
    this.amount.addEventListener("input", () => this.amountTyped());
    this.slider.addEventListener("input", () => this.set(this.sliderAmount()));
    for (const button of byId("presets").children) {
      button.addEventListener("click", () => this.preset(button.dataset.preset));
    }
  }

  /**
   * Show the amounts that can be bet in a turn, or nothing if betting is not legal.
   * @param {Turn} turn
   * @param {TableState} table
   */
  begin(turn, table) {
    this.turn = turn;
    this.table = table;
    const legal = turn.actions.includes("bet") || turn.actions.includes("raise");
    const [, big] = turn.sizes;
    const open = legal && !turn.sizes.length && turn.min_to < turn.max_to;
    byId("action-raise").hidden = !legal;
    byId("action-raise-big").hidden = !legal || big === undefined;
    byId("raise-row").hidden = !open;
    if (!legal) return;
    if (big !== undefined) setText(byId("action-raise-big"), describeWager(table, turn, big));
    if (open) this.prepare(turn);
    this.set(turn.sizes[0] ?? turn.min_to);
  }

  /** @param {Turn} turn */
  prepare(turn) {
    this.amount.min = turn.min_to;
    this.amount.max = turn.max_to;
    this.slider.max = Math.ceil((turn.max_to - turn.min_to) / this.step());
    for (const button of byId("presets").children) {
      button.title = chips(this.presetAmount(button.dataset.preset));
    }
    const most = this.button("max");
    setText(most, t(this.isAllIn(turn.max_to) ? "preset.all_in" : "preset.max"));
    // In pot limit, the pot is the maximum, so one preset is enough.
    most.hidden = !this.isAllIn(turn.max_to) && this.presetAmount("pot") === turn.max_to;
  }

  /** @param {string} preset */
  button(preset) {
    const buttons = [...byId("presets").children];
    return buttons.find((button) => button.dataset.preset === preset);
  }

  /** The entered amount. */
  value() {
    return Number(this.amount.value);
  }

  /** The slider moves in small blinds, for round amounts. */
  step() {
    return Math.max(1, this.table?.config.small_blind ?? 1);
  }

  sliderAmount() {
    const { min_to: least = 0, max_to: most = 0 } = this.turn ?? {};
    return Math.min(most, least + Number(this.slider.value) * this.step());
  }

  /** @param {number} amount */
  set(amount) {
    this.amount.value = amount;
    this.amountTyped();
  }

  /** Update slider and button for the entered amount, and mark it if it is not legal. */
  amountTyped() {
    const { turn, table } = this;
    if (!turn || !table) return;
    const { min_to: least, max_to: most } = turn;
    const amount = this.amount.value === "" ? NaN : this.value();
    this.legal = Number.isInteger(amount) && amount >= least && amount <= most;
    this.amount.setAttribute("aria-invalid", String(!this.legal));
    if (this.legal) {
      this.slider.value = amount === most ? this.slider.max : (amount - least) / this.step();
      this.slider.setAttribute("aria-valuetext", chips(amount));
    }
    this.slider.style.setProperty("--filled", `${(100 * this.slider.value) / (this.slider.max || 1)}%`);
    const bounds = t("turn.bounds", { least: chips(least), most: chips(most) });
    setText(byId("action-raise"), this.legal ? describeWager(table, turn, amount) : bounds);
    this.changed();
  }

  /** @param {number} amount */
  isAllIn(amount) {
    return this.turn !== null && this.table !== null && isAllIn(this.table, this.turn, amount);
  }

  /** @param {string} name */
  presetAmount(name) {
    const { turn, table } = this;
    if (!turn || !table) return 0;
    if (name === "min") return turn.min_to;
    if (name === "max") return turn.max_to;
    const matched = (table.hand?.seats[turn.seat]?.bet ?? 0) + turn.call;
    const pot = potsOf(table.hand).total + turn.call;
    // In pot limit, the server has calculated the pot.
    const potLimit = variant(table.hand?.variant ?? "").betting === "pot_limit";
    if (name === "pot" && potLimit) return turn.max_to;
    const to = matched + Math.round(pot * (name === "half" ? 0.5 : 1));
    return Math.min(turn.max_to, Math.max(turn.min_to, to));
  }

  /** @param {string} name */
  preset(name) {
    if (!this.button(name).hidden) this.set(this.presetAmount(name));
  }
}

/**
 * @param {TableState} table
 * @param {Turn} turn
 * @param {number} amount the total bet on this street
 */
function isAllIn(table, turn, amount) {
  const before = table.hand?.seats[turn.seat]?.bet ?? 0;
  return amount === before + (table.seats[turn.seat]?.stack ?? 0);
}

/**
 * @param {TableState} table
 * @param {Turn} turn
 * @param {number} amount
 */
function describeWager(table, turn, amount) {
  const values = { amount: chips(amount) };
  if (isAllIn(table, turn, amount)) return t("turn.all_in", values);
  if (!turn.actions.includes("bet")) return t("turn.raise", values);
  const completes = table.hand?.bet || turn.actions.includes("bring_in");
  return t(completes ? "turn.complete" : "turn.bet", values);
}
