/**
 * The answer to the own turn: the legal buttons, the amount of a bet or raise, and the keys.
 *
 * Buttons are dead from a click until its answer, and after an accepted one until the next turn,
 * so that nothing is sent twice.
 */

import { byId, setText } from "./dom.js";
import { sayRefusal } from "./message.js";
import { potsOf } from "./stage.js";
import { chips, nameAt } from "./words.js";

/** @typedef {import("./table.js").Scene} Scene */
/** @typedef {import("./table-state.js").TableState} TableState */
/** @typedef {import("./table-state.js").Turn} Turn */
/** @typedef {import("./protocol.js").Message} Message */

/** @type {Record<string, string>} */
const KEYS = { f: "action-fold", c: "action-check", k: "action-check" };
const PRESET_KEYS = ["min", "half", "pot", "max"];

export class ActionBar {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    /** @type {TableState|null} */
    this.table = null;
    /** @type {Turn|null} the own turn that is open */
    this.turn = null;
    this.turnKey = "";
    this.answeredKey = "";
    this.enabled = false;
    /** Whether the typed amount is. */
    this.legal = false;
    this.amount = byId("raise-amount");
    this.slider = byId("raise-slider");
    for (const action of ["fold", "check", "call"]) {
      byId(`action-${action}`).addEventListener("click", () => this.act(action));
    }
    byId("action-raise").addEventListener("click", () => this.raise());
    this.amount.addEventListener("input", () => this.amountTyped());
    this.slider.addEventListener("input", () => this.setAmount(this.sliderAmount()));
    for (const button of byId("presets").children) {
      button.addEventListener("click", () => this.preset(button.dataset.preset));
    }
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Scene} scene */
  render({ table, own, live }) {
    this.table = table;
    const turn = table.hand?.turn ?? null;
    this.turn = turn && turn.seat === own ? turn : null;
    const key = this.turn ? `${table.id}/${table.hand?.number}/${this.turn.number}` : "";
    byId("actions").hidden = !this.turn;
    byId("waiting").hidden = this.turn !== null;
    if (key !== this.turnKey) this.startTurn(key);
    this.enable(live && key !== this.answeredKey);
    if (!this.turn) setText(byId("prompt"), prompt(table, own));
  }

  /** @param {string} key */
  startTurn(key) {
    this.turnKey = key;
    const { turn, table } = this;
    if (!turn || !table) {
      setText(byId("turn-announcement"), "");
      return;
    }
    const may = new Set(turn.actions);
    byId("action-fold").hidden = !may.has("fold");
    byId("action-check").hidden = !may.has("check");
    byId("action-call").hidden = !may.has("call");
    const canRaise = may.has("bet") || may.has("raise");
    byId("action-raise").hidden = byId("raise-row").hidden = !canRaise;
    const stack = table.seats[turn.seat]?.stack;
    const callWord = turn.call === stack ? "All-in" : "Call";
    setText(byId("action-call"), `${callWord} ${chips(turn.call)}`);
    if (canRaise) this.prepareRaise(turn);
    const price = may.has("check") ? "You can check." : `${chips(turn.call)} to call.`;
    setText(byId("turn-announcement"), `Your turn. ${price}`);
  }

  /** @param {Turn} turn */
  prepareRaise(turn) {
    this.amount.min = turn.min_to;
    this.amount.max = turn.max_to;
    this.slider.max = Math.ceil((turn.max_to - turn.min_to) / this.step());
    for (const button of byId("presets").children) {
      const to = this.presetAmount(button.dataset.preset);
      button.title = chips(to);
    }
    this.setAmount(turn.min_to);
  }

  /** The slider moves by small blinds, so that it gives round amounts. */
  step() {
    return Math.max(1, this.table?.config.small_blind ?? 1);
  }

  sliderAmount() {
    const { min_to: least = 0, max_to: most = 0 } = this.turn ?? {};
    return Math.min(most, least + Number(this.slider.value) * this.step());
  }

  /** @param {number} amount */
  setAmount(amount) {
    this.amount.value = amount;
    this.amountTyped();
  }

  /** Show what the typed amount means, or that it is not legal. */
  amountTyped() {
    if (!this.turn) return;
    const { min_to: least, max_to: most } = this.turn;
    const amount = this.amount.value === "" ? NaN : Number(this.amount.value);
    const legal = Number.isInteger(amount) && amount >= least && amount <= most;
    this.amount.setAttribute("aria-invalid", String(!legal));
    if (legal) {
      this.slider.value = amount === most ? this.slider.max : (amount - least) / this.step();
      this.slider.setAttribute("aria-valuetext", chips(amount));
    }
    this.slider.style.setProperty("--filled", `${(100 * this.slider.value) / (this.slider.max || 1)}%`);
    setText(byId("action-raise"), legal ? this.raiseWord(amount) : `${chips(least)} – ${chips(most)}`);
    this.legal = legal;
    this.enable(this.enabled);
  }

  /** @param {number} amount */
  raiseWord(amount) {
    if (amount === this.turn?.max_to) return `All-in ${chips(amount)}`;
    return this.turn?.actions.includes("bet") ? `Bet ${chips(amount)}` : `Raise to ${chips(amount)}`;
  }

  /** @param {string} name */
  presetAmount(name) {
    const { turn, table } = this;
    if (!turn || !table) return 0;
    if (name === "min") return turn.min_to;
    if (name === "max") return turn.max_to;
    const matched = (table.hand?.seats[turn.seat]?.bet ?? 0) + turn.call;
    const pot = potsOf(table.hand).total + turn.call;
    const to = matched + Math.round(pot * (name === "half" ? 0.5 : 1));
    return Math.min(turn.max_to, Math.max(turn.min_to, to));
  }

  /** @param {string} name */
  preset(name) {
    this.setAmount(this.presetAmount(name));
  }

  raise() {
    if (!this.legal) return;
    const action = this.turn?.actions.includes("bet") ? "bet" : "raise";
    this.act(action, Number(this.amount.value));
  }

  /**
   * @param {string} action
   * @param {number} [amount]
   */
  async act(action, amount) {
    const { turn, turnKey: key } = this;
    if (!turn || !this.enabled) return;
    this.answeredKey = key;
    this.enable(false);
    const message = { type: "act", turn: turn.number, action };
    try {
      await this.send(amount === undefined ? message : { ...message, amount });
    } catch (error) {
      sayRefusal(/** @type {any} */ (error));
      if (this.answeredKey === key) this.answeredKey = "";
      if (this.turnKey === key) this.enable(/** @type {any} */ (error).code !== "disconnected");
    }
  }

  /** @param {boolean} enabled */
  enable(enabled) {
    this.enabled = enabled;
    for (const control of byId("actions").querySelectorAll("button, input")) {
      control.disabled = !enabled;
    }
    if (!this.legal) byId("action-raise").disabled = true;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.turn || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target === this.amount && event.key === "Enter") {
      this.press("action-raise");
      return;
    }
    const { target } = event;
    if (target instanceof Element && target.closest("input:not([type=range]), textarea")) return;
    if (this.shortcut(event.key.toLowerCase())) event.preventDefault();
  }

  /**
   * @param {string} key
   * @returns {boolean} whether the key means something
   */
  shortcut(key) {
    const preset = PRESET_KEYS[Number(key) - 1];
    const canRaise = !byId("raise-row").hidden;
    if (KEYS[key]) {
      const id = KEYS[key];
      this.press(byId(id).hidden && id === "action-check" ? "action-call" : id);
    } else if (key === "r" && canRaise) {
      this.amount.focus();
      this.amount.select();
    } else if (preset && canRaise) {
      this.preset(preset);
    } else {
      return false;
    }
    return true;
  }

  /** @param {string} id */
  press(id) {
    const button = byId(id);
    if (!button.hidden) button.click();
  }

  /**
   * @param {TableState} table
   * @param {number} now
   */
  tick(table, now) {
    if (!this.turn) return;
    const { deadline_ms: deadline, started_ms: started } = this.turn;
    const left = Math.max(0, Math.min(1, (deadline - now) / Math.max(1, deadline - started)));
    byId("clock-bar").style.setProperty("--left", String(left));
    byId("clock-bar").toggleAttribute("data-hurry", deadline - now < 5_000);
  }
}

/**
 * What the viewer is waiting for.
 * @param {TableState} table
 * @param {number|null} own
 */
function prompt(table, own) {
  const seat = own === null ? null : table.seats[own];
  const turn = table.hand?.turn;
  const part = own === null ? null : table.hand?.seats[own];
  const others = turn ? `Waiting for ${nameAt(table, turn.seat)}` : "";
  if (!seat) {
    if (table.seats.includes(null)) return "Pick a free seat to play.";
    return others || "All seats are taken. You are watching.";
  }
  if (seat.leaving) return "You leave when this hand is over.";
  if (seat.sitting_out && seat.stack === 0 && !part) return "You are out of chips. Add some to play on.";
  if (seat.sitting_out && !part) return "You are sitting out.";
  if (table.hand && !part) {
    return seat.owes_blind
      ? "You are dealt in as soon as the blinds have passed."
      : "You are in from the next hand on.";
  }
  if (table.hand) return others;
  if (table.next_hand_at_ms === null) return "Waiting for another player.";
  return "The next hand starts in a moment.";
}
