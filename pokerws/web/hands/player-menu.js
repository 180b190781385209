/** What a viewer can do about another player: write a note, mute the chat, see the statistics. */

import { describeRejection } from "../model/refusals.js";
import { make, setText } from "../ui/dom.js";
import { makeModal } from "../ui/modal.js";
import { t } from "../texts/texts.js";
import { COLOURS } from "./notes.js";

/** @typedef {import("./notes.js").Notes} Notes */

const MOST_LETTERS = 300;

export class PlayerMenu {
  /**
   * @param {Notes} notes
   * @param {import("./stats-view.js").StatsView} stats
   */
  constructor(notes, stats) {
    this.notes = notes;
    this.stats = stats;
    this.player = "";
    this.text = make("textarea", { id: "note-text", maxlength: String(MOST_LETTERS), rows: "3" });
    this.colours = make(
      "fieldset",
      { class: "note-colours" },
      make("legend", { text: t("notes.colour") }),
      colourChoice(""),
      ...COLOURS.map(colourChoice),
    );
    this.mute = make("input", { type: "checkbox", id: "mute-player", onchange: () => this.setMuted() });
    this.error = make("p", { class: "error", role: "alert" });
    const save = make("button", { type: "submit", id: "note-save", class: "primary", text: t("notes.save") });
    const form = make(
      "form",
      { id: "note-form", onsubmit: (/** @type {SubmitEvent} */ event) => this.save(event) },
      make("label", {}, make("span", { text: t("notes.text") }), this.text),
      this.colours,
      make("div", { class: "row" }, save),
    );
    const mute = make("label", { class: "toggle" }, this.mute, ` ${t("notes.mute")}`);
    this.modal = makeModal("player-menu", [form, mute, this.error, stats.element]);
  }

  /**
   * @param {string} player
   * @param {string} name
   * @param {import("./stats-view.js").StatsScope|null} scope of the statistics, if they may be seen
   */
  open(player, name, scope) {
    this.player = player;
    const { text, colour, muted } = this.notes.of(player);
    this.text.value = text;
    for (const input of this.colours.querySelectorAll("input")) input.checked = input.value === colour;
    this.mute.checked = muted;
    setText(this.error, "");
    this.modal.setTitle(name);
    this.stats.element.hidden = scope === null;
    if (scope) this.stats.show(scope);
    this.modal.open();
  }

  /** @param {SubmitEvent} event */
  async save(event) {
    event.preventDefault();
    const colour = this.colours.querySelector("input:checked")?.value ?? "";
    await this.ask(async () => {
      await this.notes.write(this.player, this.text.value.trim(), colour);
      this.modal.close();
    });
  }

  async setMuted() {
    const wanted = this.mute.checked;
    await this.ask(() => this.notes.mute(this.player, wanted));
    this.mute.checked = this.notes.of(this.player).muted;
  }

  /** @param {() => Promise<void>} act */
  async ask(act) {
    setText(this.error, "");
    try {
      await act();
    } catch (error) {
      setText(this.error, describeRejection(/** @type {any} */ (error)));
    }
  }
}

/** @param {"" | typeof COLOURS[number]} colour */
function colourChoice(colour) {
  const label = t(colour ? `colour.${colour}` : "colour.none");
  const input = make("input", { type: "radio", name: "note-colour", value: colour, "aria-label": label });
  const mark = make("span", { class: "note-mark", "data-colour": colour, "aria-hidden": "true" });
  return make("label", { title: label }, input, mark);
}
