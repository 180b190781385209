/**
 * What each player has won or lost in the hands that the page has seen of a table. A tab keeps it
 * over a reload.
 */

import { storageKey } from "../net/folder.js";
import { tabStorage } from "../net/storage.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {{hand: number, nets: Record<string, number>}} HandNets by player */

const MOST_HANDS = 300;
const KEPT = storageKey("nets");

export class NetHistory {
  constructor() {
    this.table = "";
    /** @type {HandNets[]} */
    this.hands = [];
    /** The stacks at the start of the hand in play, by seat. @type {Map<number, number>} */
    this.began = new Map();
  }

  /**
   * Record an event. Call it before the event is applied.
   * @param {TableState} table
   * @param {TableEvent} event
   */
  note(table, event) {
    if (event.type === "hand_started") {
      const stacks = event.stacks ?? [];
      this.began = new Map(stacks.map((/** @type {number} */ stack, /** @type {number} */ at) => [event.order[at], stack]));
    } else if (event.type === "hand_cancelled") {
      this.began.clear();
    } else if (event.type === "hand_ended") {
      this.end(table);
    }
  }

  /** @param {TableState} table */
  end({ id, seats, hand }) {
    if (!hand || !this.began.size) return;
    /** @type {Record<string, number>} */
    const nets = {};
    for (const [number, stack] of this.began) {
      const seat = seats[number];
      if (seat) nets[seat.player] = seat.stack - stack;
    }
    this.began.clear();
    this.load(id);
    if (this.hands.some((one) => one.hand === hand.number)) return;
    this.hands = [...this.hands, { hand: hand.number, nets }].slice(-MOST_HANDS);
    tabStorage.writeObject(KEPT, { table: id, hands: this.hands });
  }

  /** Take over what the tab has kept of a table. @param {string} table */
  load(table) {
    if (this.table === table) return;
    const kept = tabStorage.readObject(KEPT);
    this.table = table;
    this.hands = kept.table === table && Array.isArray(kept.hands) ? kept.hands : [];
  }

  /**
   * The lines of a chart that ends with these nets: of each player after each hand, and before them.
   * @param {string} table
   * @param {Map<string, number>} nets now, by player
   * @returns {{hands: number[], lines: Map<string, number[]>}}
   */
  lines(table, nets) {
    this.load(table);
    const lines = new Map();
    for (const [player, net] of nets) {
      const points = [net];
      for (const { nets: won } of [...this.hands].reverse()) points.push(points[points.length - 1] - (won[player] ?? 0));
      lines.set(player, points.reverse());
    }
    return { hands: this.hands.map(({ hand }) => hand), lines };
  }

  clear() {
    this.table = "";
    this.hands = [];
    this.began.clear();
  }
}
