/** The player's private notes about others, and whom the player has muted. The server keeps them. */

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {{text: string, colour: string, muted: boolean}} Note */

/** The colours of marks, as the server names them. */
export const COLOURS = /** @type {const} */ (["red", "orange", "yellow", "green", "blue", "purple"]);
/** @type {Note} */
const NOTHING = { text: "", colour: "", muted: false };

export class Notes {
  /**
   * @param {Connection} connection
   * @param {() => void} changed
   */
  constructor(connection, changed) {
    this.connection = connection;
    this.changed = changed;
    /** @type {Map<string, Note>} by player */
    this.notes = new Map();
    connection.on("welcome", () => this.load());
    if (connection.state === "online") this.load();
  }

  /**
   * @param {string} player
   * @returns {Note}
   */
  of(player) {
    return this.notes.get(player) ?? NOTHING;
  }

  /** Notes are no reason to bother the player: without an answer there are none until the next one. */
  async load() {
    try {
      /** @type {Map<string, Note>} */
      const notes = new Map();
      for (let page = 0, pages = 1; page < pages; page += 1) {
        const answer = await this.connection.request({ type: "get_notes", page });
        pages = answer.pages;
        for (const { player, ...note } of answer.notes) notes.set(player, { ...NOTHING, ...note });
      }
      this.notes = notes;
      this.changed();
    } catch (error) {
      console.info("the notes were not loaded", error);
    }
  }

  /**
   * @param {string} player
   * @param {string} text
   * @param {Note["colour"]} colour
   */
  async write(player, text, colour) {
    await this.connection.request({ type: "set_note", player, text, colour: /** @type {any} */ (colour) });
    this.notes.set(player, { ...this.of(player), text, colour });
    this.changed();
  }

  /**
   * @param {string} player
   * @param {boolean} muted
   */
  async mute(player, muted) {
    await this.connection.request({ type: "mute_player", player, on: muted });
    this.notes.set(player, { ...this.of(player), muted });
    this.changed();
  }
}
