/**
 * The action bar for the viewer's turn: buttons for the legal actions, draws, keyboard shortcuts.
 *
 * Buttons are disabled from a click until its answer, and after an accepted action until the next
 * turn, so that no action is sent twice.
 */

import { chips } from "../model/format.js";
import { TurnClock } from "../model/turn-clock.js";
import { byId, setText } from "../ui/dom.js";
import { hotkey } from "../ui/hotkeys.js";
import { showPending } from "../ui/pending.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";
import { FoldGuard } from "./extras/fold-guard.js";
import { describeDraw, prompt } from "./prompt.js";
import { Wager } from "./wager.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").Turn} Turn */
/** @typedef {import("../client/protocol.js").Message} Message */

/** The buttons of actions without an amount or cards. */
const BUTTONS = /** @type {const} */ ({
  fold: "action-fold",
  check: "action-check",
  call: "action-call",
  bring_in: "action-bring-in",
  stand_pat: "action-stand-pat",
});

/** The buttons of each key; it presses the first visible one. @type {Record<string, string[]>} */
const KEYS = {
  f: ["action-fold"],
  c: ["action-check", "action-call"],
  k: ["action-check", "action-call"],
  b: ["action-bring-in"],
  t: ["action-raise-big"],
  p: ["action-stand-pat"],
  d: ["action-discard"],
};
/** Refusals of an action whose turn is over. */
const TOO_LATE = new Set(["wrong_turn", "not_your_turn"]);
/** A refusal that comes later than this was held up on the way. */
const LATE_MS = 3_000;

export class ActionBar {
  /**
   * @param {(message: Message) => Promise<Message>} send
   * @param {import("./discards.js").Discards} discards
   */
  constructor(send, discards) {
    this.send = send;
    this.discards = discards;
    /** @type {TableState|null} */
    this.table = null;
    /** @type {Turn|null} the viewer's current turn */
    this.turn = null;
    this.clock = new TurnClock();
    this.turnKey = "";
    this.answeredKey = "";
    this.enabled = false;
    this.wager = new Wager(() => this.enable(this.enabled));
    this.foldGuard = new FoldGuard();
    for (const [action, id] of Object.entries(BUTTONS)) {
      if (action !== "fold") byId(id).addEventListener("click", () => this.act(id, action));
    }
    byId(BUTTONS.fold).addEventListener("click", () => this.fold(false));
    this.onRaise("action-raise", () => this.wager.value());
    this.onRaise("action-raise-big", () => this.turn?.sizes[1] ?? 0);
    byId("action-discard").addEventListener("click", () => this.discard());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Scene} scene */
  render({ table, own, live, player }) {
    this.table = table;
    const turn = table.hand?.turn ?? null;
    this.turn = turn && turn.seat === own ? turn : null;
    const key = this.turn ? `${table.id}/${table.hand?.number}/${this.turn.number}` : "";
    byId("actions").hidden = !this.turn;
    byId("waiting").hidden = this.turn !== null;
    if (key !== this.turnKey) this.startTurn(key);
    this.renderDraw();
    this.enable(live && key !== this.answeredKey);
    if (!this.turn) setText(byId("prompt"), prompt(table, own, player));
  }

  /** @param {string} key */
  startTurn(key) {
    this.turnKey = key;
    this.foldGuard.close();
    const { turn, table } = this;
    if (!turn || !table) return;
    for (const [action, id] of Object.entries(BUTTONS)) {
      byId(id).hidden = !turn.actions.includes(action);
    }
    const allIn = turn.call === table.seats[turn.seat]?.stack;
    const amount = chips(turn.call);
    setText(byId("action-call"), t(allIn ? "turn.all_in" : "turn.call", { amount }));
    setText(byId("action-bring-in"), t(allIn ? "turn.all_in" : "turn.bring_in", { amount }));
    this.wager.begin(turn, table);
    showButtons();
  }

  renderDraw() {
    const { turn, discards } = this;
    const drawing = turn?.actions.includes("discard") ?? false;
    byId("draw-hint").hidden = byId("action-discard").hidden = !drawing;
    if (!turn || !drawing) return;
    setText(byId("draw-hint"), describeDraw(turn));
    const count = discards.cards.length;
    const draws = turn.actions.includes("stand_pat");
    const draw = count ? t("turn.draw_count", { count }) : t("turn.draw");
    setText(byId("action-discard"), draws ? draw : t("turn.discard"));
  }

  /**
   * @param {string} id of a button
   * @param {() => number} to the total bet on this street
   */
  onRaise(id, to) {
    byId(id).addEventListener("click", () => {
      this.act(id, this.turn?.actions.includes("bet") ? "bet" : "raise", { amount: to() });
    });
  }

  /** @param {boolean} byKey */
  fold(byKey) {
    const { turn } = this;
    if (!turn || !this.enabled) return;
    const fold = () => this.act(BUTTONS.fold, "fold");
    const check = () => this.act(BUTTONS.check, "check");
    if (this.foldGuard.isNeeded(turn, byKey)) this.foldGuard.ask({ fold, check });
    else fold();
  }

  discard() {
    this.act("action-discard", "discard", { cards: this.discards.cards });
  }

  /**
   * @param {string} id of the button, which shows that the answer is awaited
   * @param {string} action
   * @param {{amount?: number, cards?: string[]}} [details]
   */
  async act(id, action, details = {}) {
    const { turn, turnKey: key } = this;
    if (!turn || !this.enabled) return;
    this.answeredKey = key;
    this.enable(false);
    const sentMs = performance.now();
    try {
      const answer = this.send({ type: "act", turn: turn.number, action, ...details });
      await showPending(byId(id), answer);
    } catch (error) {
      const isLate = performance.now() - sentMs > LATE_MS;
      if (isLate && TOO_LATE.has(/** @type {any} */ (error).code)) showToast(t("pending.too_late"), true);
      else showRejection(/** @type {any} */ (error));
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
    if (!this.wager.legal) byId("action-raise").disabled = true;
    if (!this.discards.areEnough()) byId("action-discard").disabled = true;
    // A player who has selected cards does not mean to stand pat.
    if (this.discards.cards.length) byId("action-stand-pat").disabled = true;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.turn) return;
    if (event.target === this.wager.amount && event.key === "Enter" && !event.repeat) {
      press("action-raise");
      return;
    }
    const key = hotkey(event);
    if (key && this.shortcut(key)) event.preventDefault();
  }

  /**
   * @param {string} key
   * @returns {boolean} whether the key is a shortcut
   */
  shortcut(key) {
    const id = KEYS[key]?.find((each) => !byId(each).hidden);
    if (id === BUTTONS.fold) this.fold(true);
    else if (id) press(id);
    else if (key === "r") this.raiseKey();
    else return this.numberKey(Number(key) - 1);
    return true;
  }

  /** Focus the amount if it can be chosen, else raise by the fixed amount. */
  raiseKey() {
    if (byId("raise-row").hidden) press("action-raise");
    else this.wager.amount.select();
  }

  /**
   * Numbers select cards in a draw, else presets.
   * @param {number} index
   */
  numberKey(index) {
    const card = this.discards.held[index];
    if (card && this.enabled) this.discards.choose(card);
    else if (byId("raise-row").hidden) return false;
    else return this.wager.presetAt(index);
    return true;
  }

  /**
   * @param {TableState} table
   * @param {number} now
   */
  tick(table, now) {
    if (!this.turn) return;
    const left = this.clock.left(this.turn, now, table.seats[this.turn.seat]?.clock?.bank_ms ?? 0);
    byId("clock-bar").style.setProperty("--left", String(left));
    byId("clock-bar").toggleAttribute("data-hurry", this.turn.deadline_ms - now < 5_000);
  }
}

/**
 * On a screen that is lower than the page, the buttons and the own cards come before the header,
 * unless the player writes or reads something else.
 */
function showButtons() {
  const isBusy = document.activeElement?.matches("input, select, textarea") || document.querySelector("dialog[open]");
  if (!isBusy) scrollTo({ top: 9_999, behavior: "instant" });
}

/** @param {string} id */
function press(id) {
  const button = byId(id);
  if (!button.hidden) button.click();
}
