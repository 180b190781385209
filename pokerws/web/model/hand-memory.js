/**
 * Display data that the table's state does not keep, because the rules do not need it: the last
 * action of each seat and the result of the last hand. It is collected from the events and cleared
 * when the next hand starts.
 */

import { hasText, t } from "../texts/texts.js";
import { handInWords } from "./hand-words.js";
import { awardOf, describeShownHand } from "./narration.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../client/state/table-state.js").Hand} Hand */
/** @typedef {{seats: number[], board: number, side: string}} Win */

export class HandMemory {
  constructor() {
    /** @type {Map<number, string>} the latest action, by seat */
    this.actions = new Map();
    /** @type {Map<number, number>} chips won, by seat */
    this.winnings = new Map();
    /** @type {Map<number, string>} descriptions of shown hands, by seat */
    this.shownHands = new Map();
    /** @type {import("./narration.js").Award[]} */
    this.awards = [];
    /** @type {Win[]} which seats won which part with a hand that was shown */
    this.wins = [];
    /** @type {Hand|null} the last completed hand */
    this.lastHand = null;
  }

  /**
   * Record an event. Call it before the event is applied.
   * @param {TableState} table
   * @param {TableEvent} event
   */
  note(table, event) {
    switch (event.type) {
      case "hand_started":
      case "hand_cancelled":
        this.clear();
        break;
      case "board_dealt":
      case "draw_started":
        this.actions.clear();
        break;
      case "hole_cards_dealt":
        // Streets of stud only: antes and blinds stay visible when the first cards are dealt.
        if (event.street) this.actions.clear();
        break;
      case "cards_shown":
        if (event.hand) this.shownHands.set(event.seat, describeShownHand(event));
        break;
      case "pot_awarded":
        this.noteAward(table, event);
        break;
      case "hand_ended":
        this.lastHand = table.hand;
        this.actions.clear();
        break;
      case "player_stood":
        this.actions.delete(event.seat);
        break;
      default:
        this.noteAction(event);
    }
  }

  clear() {
    this.actions.clear();
    this.winnings.clear();
    this.shownHands.clear();
    this.awards = [];
    this.wins = [];
    this.lastHand = null;
  }

  /**
   * @param {TableState} table
   * @param {TableEvent} event
   */
  noteAward(table, event) {
    this.awards.push(awardOf(table, event));
    if (event.hand) {
      const seats = event.shares.map((/** @type {{seat: number}} */ share) => share.seat);
      this.wins.push({ seats, board: event.board ?? 0, side: event.side ?? "" });
    }
    for (const { seat, amount } of event.shares) {
      this.winnings.set(seat, (this.winnings.get(seat) ?? 0) + amount);
      if (event.hand && !this.shownHands.has(seat)) this.shownHands.set(seat, handInWords(event.hand));
    }
  }

  /** @param {TableEvent} event */
  noteAction(event) {
    const word = actionWord(event);
    if (word) this.actions.set(event.seat, word);
  }
}

/**
 * Without the amount, which is shown in front of the seat.
 * @param {TableEvent} event
 * @returns {string}
 */
function actionWord({ type, blind }) {
  const key = type === "blind_posted" ? `tag.blind.${blind}` : `tag.action.${type}`;
  return hasText(key) ? t(key) : "";
}
