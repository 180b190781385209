/**
 * Controls of a table's extra rules: asking for the cards that would have come, and voting for a bomb
 * pot.
 */

import { t } from "../../texts/texts.js";
import { byId, setText } from "../../ui/dom.js";
import { TableControls } from "../table-controls.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../client/protocol.js").Message} Message */
/** @typedef {import("../../client/state/table-state.js").TableState} TableState */

export class HouseRules extends TableControls {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    const [rabbit, vote] = ["rabbit-hunt", "bomb-pot"].map(byId);
    super(send, [rabbit, vote]);
    this.rabbit = rabbit;
    this.vote = vote;
    this.rabbit.addEventListener("click", () => {
      const hand = this.scene?.table.last_hand?.number;
      if (hand !== undefined) this.ask({ type: "rabbit_hunt", hand });
    });
    this.vote.addEventListener("change", () => {
      this.ask({ type: "vote_bomb_pot", on: this.vote.checked });
    });
  }

  /** @param {Scene} scene */
  render(scene) {
    super.render(scene);
    const { table, own } = scene;
    this.rabbit.hidden = !mayHunt(table, own);
    const asked = table.last_hand?.rabbit?.agreed.length ?? 0;
    setText(this.rabbit, asked ? t("table.rabbit_asked", { count: asked }) : t("table.rabbit"));
    const votes = table.extras?.bomb_votes ?? [];
    byId("bomb-pot-option").hidden = own === null || table.config.house.bomb_pot_vote === "off";
    setText(byId("bomb-pot-text"), votes.length ? t("table.bomb_votes", { count: votes.length }) : t("table.bomb_vote"));
    if (!this.isAhead()) this.vote.checked = own !== null && votes.includes(own);
    this.enable();
  }
}

/**
 * Whether the player was in the hand, and has not asked yet.
 * @param {TableState} table
 * @param {number|null} own
 */
function mayHunt({ hand, last_hand: last }, own) {
  if (hand || !last?.rabbit || own === null || !last.cards[own]?.length) return false;
  return !last.rabbit.shown.length && !last.rabbit.agreed.includes(own);
}

/**
 * The cards that would have come on a board, once they are shown.
 * @param {TableState} table
 * @param {number} board
 * @returns {string[]}
 */
export function rabbitCards({ hand, last_hand: last }, board) {
  return (hand ? null : last?.rabbit?.shown[board]) ?? [];
}
