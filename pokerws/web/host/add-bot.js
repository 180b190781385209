/** The form with which the host of a table adds a bot. */

import { make } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */

/** The server's; a newer one may have more. */
const STYLES = ["tight_aggressive", "loose_aggressive", "calling_station"];

export class AddBot {
  /** @param {(message: Message) => Promise<boolean>} carryOut */
  constructor(carryOut) {
    const options = STYLES.map((style) =>
      make("option", { value: style, text: t(/** @type {any} */ (`host.style.${style}`)) }),
    );
    this.style = make("select", { id: "bot-style" }, ...options);
    const label = make("label", {}, make("span", { text: t("host.bot_style") }), this.style);
    const add = { type: "submit", class: "small", "data-host": "add_bot", text: t("host.add_bot") };
    this.element = make("form", { class: "add-bot" }, label, make("button", add));
    this.element.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      carryOut({ type: "add_bot", style: this.style.value });
    });
  }

  /** One seat is left for a person. @param {TableState} table */
  render({ bots, seats }) {
    this.element.hidden = bots.length >= seats.length - 1;
  }
}
