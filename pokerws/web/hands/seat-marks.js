/** The marks of notes at the seats of a table, and the buttons that open the menu of a player. */

import { make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../table/seat.js").SeatView} SeatView */
/** @typedef {import("../table/scene.js").Scene} Scene */

export class SeatMarks {
  /**
   * @param {import("./notes.js").Notes} notes
   * @param {(player: string, name: string) => void} open
   */
  constructor(notes, open) {
    this.notes = notes;
    this.open = open;
    /** @type {WeakMap<SeatView, HTMLElement>} */
    this.buttons = new WeakMap();
  }

  /**
   * @param {SeatView[]} seats
   * @param {Scene} scene
   */
  render(seats, { table, own }) {
    seats.forEach((view, number) => {
      const player = table.seats[number];
      const button = this.buttonOf(view);
      button.hidden = !player || number === own;
      if (!player || button.hidden) return;
      const { text, colour, muted } = this.notes.of(player.player);
      const label = [
        t("notes.about", { name: player.name }),
        ...(text || colour ? [t("notes.has", { text: text || t(`colour.${/** @type {"red"} */ (colour)}`) })] : []),
        ...(muted ? [t("notes.muted")] : []),
      ].join(". ");
      if (button.getAttribute("aria-label") !== label) button.setAttribute("aria-label", label);
      button.dataset.player = player.player;
      button.dataset.name = player.name;
      const mark = /** @type {HTMLElement} */ (button.firstElementChild);
      mark.hidden = !text && !colour && !muted;
      mark.dataset.colour = colour;
      mark.title = text;
      setText(mark, muted ? "✕" : "");
    });
  }

  /** @param {SeatView} view */
  buttonOf(view) {
    const known = this.buttons.get(view);
    if (known) return known;
    const button = make(
      "button",
      {
        type: "button",
        class: "about-player",
        "aria-haspopup": "dialog",
        onclick: () => this.open(button.dataset.player, button.dataset.name),
      },
      make("span", { class: "note-mark", "aria-hidden": "true" }),
    );
    view.plate.append(button);
    this.buttons.set(view, button);
    return button;
  }
}
