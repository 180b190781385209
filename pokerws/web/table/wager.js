/**
 * The amount of a bet or raise: a slider, a field and presets if it can be chosen, or one or two
 * buttons if the stakes fix it.
 */

import { chips } from "../model/format.js";
import { byId, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { PresetButtons, presetAmount } from "./drawing/presets.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */

/** Big blinds that a key changes the amount by. @type {Record<string, number>} */
const KEY_STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

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
    this.presets = new PresetButtons((name) => this.preset(name));
    for (const control of [this.amount, this.slider]) {
      control.addEventListener("wheel", (/** @type {WheelEvent} */ event) => this.wheel(event));
    }
    this.amount.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const steps = KEY_STEPS[event.key];
      if (!steps) return;
      event.preventDefault();
      this.stepBy(steps * (event.shiftKey ? 5 : 1));
    });
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (this.amount.disabled || !event.deltaY) return;
    event.preventDefault();
    this.stepBy(event.deltaY < 0 ? 1 : -1);
  }

  /**
   * Change the amount by big blinds, within the limits.
   * @param {number} steps
   */
  stepBy(steps) {
    const { turn, table } = this;
    if (!turn || !table) return;
    const to = (this.value() || 0) + steps * Math.max(1, table.config.big_blind);
    this.set(Math.min(turn.max_to, Math.max(turn.min_to, to)));
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
    this.presets.show((name) => this.presetAmount(name), this.isAllIn(turn.max_to), turn);
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
    return this.turn && this.table ? presetAmount(name, this.turn, this.table) : 0;
  }

  /** @param {string} name */
  preset(name) {
    if (this.presets.has(name)) this.set(this.presetAmount(name));
  }

  /** @param {number} index of a button */
  presetAt(index) {
    const name = this.presets.nameAt(index);
    if (name) this.preset(name);
    return Boolean(name);
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
