/**
 * The players at a table who are not connected, as the server tells it.
 */

/** @typedef {import("./protocol.js").Message} Message */
/** @typedef {import("./state/table-state.js").TableState} TableState */

export class Absences {
  constructor() {
    /** @type {Set<string>} ids of players */
    this.players = new Set();
  }

  /** @param {string|undefined} player */
  has(player) {
    return player !== undefined && this.players.has(player);
  }

  /** Nobody is absent, unless the server says so next. */
  clear() {
    this.players.clear();
  }

  /** @param {Message} message */
  take({ type, player, absent }) {
    if (type === "presence") this.players = new Set(absent);
    else if (type === "player_disconnected") this.players.add(player);
    else this.players.delete(player);
  }

  /**
   * A player has stood up. Nothing more is told of one without a seat.
   * @param {string} player
   */
  stood(player) {
    this.players.delete(player);
  }
}
