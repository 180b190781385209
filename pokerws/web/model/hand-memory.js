/**
 * What a table's state does not tell, because the rules do not need it: the last action of each
 * seat, and how the last hand ended. It is kept from the events for the eyes only, until the next
 * hand starts.
 */

import { awardOf, describeShownHand } from "./narration.js";

/** @typedef {import("./table-state.js").TableState} TableState */
/** @typedef {import("./table-state.js").TableEvent} TableEvent */
/** @typedef {import("./table-state.js").Hand} Hand */

export class HandMemory {
  constructor() {
    /** @type {Map<number, string>} the latest action, by seat */
    this.actions = new Map();
    /** @type {Map<number, number>} chips won, by seat */
    this.winnings = new Map();
    /** @type {Map<number, string>} shown hands in words, by seat */
    this.shownHands = new Map();
    /** @type {import("./narration.js").Award[]} */
    this.awards = [];
    /** @type {Hand|null} the hand that was over last */
    this.lastHand = null;
  }

  /**
   * Take note of an event. Call it before the event is applied.
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
        // A street of stud; the first cards come after antes and blinds, which stay in sight.
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
    this.lastHand = null;
  }

  /**
   * @param {TableState} table
   * @param {TableEvent} event
   */
  noteAward(table, event) {
    this.awards.push(awardOf(table, event));
    for (const { seat, amount } of event.shares) {
      this.winnings.set(seat, (this.winnings.get(seat) ?? 0) + amount);
      if (event.hand && !this.shownHands.has(seat)) this.shownHands.set(seat, event.hand);
    }
  }

  /** @param {TableEvent} event */
  noteAction(event) {
    const word = actionWord(event);
    if (word) this.actions.set(event.seat, word);
  }
}

/**
 * @param {TableEvent} event
 * @returns {string|undefined}
 */
function actionWord(event) {
  if (event.type === "blind_posted") return BLINDS[event.blind];
  return ACTIONS[event.type];
}

/** @type {Record<string, string>} */
const BLINDS = {
  small: "Small blind",
  big: "Big blind",
  straddle: "Straddle",
  sleeper: "Straddle",
  button: "Button blind",
  entry: "Comes in",
  dead: "Dead blind",
};

/** How much it was lies in front of the player. @type {Record<string, string>} */
const ACTIONS = {
  folded: "Fold",
  checked: "Check",
  called: "Call",
  bet_placed: "Bet",
  raised: "Raise",
  bring_in_posted: "Bring-in",
  hand_shown: "Shows",
};
