/**
 * Dealer's choice: the player who gets the button chooses the game of the next hand.
 */

import { gameName, gamesOf, isMix } from "../model/games.js";
import { byId, make } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/protocol.js").Message} Message */

export class GameChoice {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    this.key = "";
    this.list = byId("choice-game");
    byId("choice").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.choose(this.list.value);
    });
  }

  /** @param {Scene} scene */
  render({ table, own, live }) {
    const mine = own !== null && isChoiceDue(table) && own === table.game?.chooser;
    byId("choice").hidden = !mine;
    byId("choose-game").disabled = !live;
    const games = gamesOf(table.config);
    const key = mine ? `${table.id}/${table.hand_number}/${games}` : "";
    if (mine && key !== this.key) this.fill(games, table.game?.variant ?? games[0]);
    this.key = key;
  }

  /**
   * @param {readonly string[]} games
   * @param {string} now
   */
  fill(games, now) {
    this.list.replaceChildren(
      ...games.map((code) => make("option", { value: code, text: gameName(code) })),
    );
    this.list.value = now;
  }

  /** @param {string} code */
  async choose(code) {
    const button = byId("choose-game");
    button.disabled = true;
    try {
      await this.send({ type: "choose_game", variant: code });
      showToast(t("table.game_chosen", { game: gameName(code) }));
    } catch (error) {
      showRejection(/** @type {any} */ (error));
    } finally {
      button.disabled = false;
    }
  }
}

/** @param {TableState} table */
function isChoiceDue({ config, hand, next_hand_at_ms: dueMs }) {
  return isMix(config.variant) && config.mix.rotation === "choice" && !hand && dueMs !== null;
}
