/**
 * The dialog with the form of a table's config: for a new table, or for the host to change one. It
 * is built when it is first opened.
 */

import { readConfig } from "../client/state/table-config.js";
import { gameName, shortGameName, variant } from "../model/games.js";
import { describeStakes } from "../model/stakes.js";
import { make, setText } from "../ui/dom.js";
import { joined, t } from "../texts/texts.js";
import { ConfigForm } from "./config-form.js";
import { PRESETS } from "./presets.js";

/** @typedef {import("../client/messages.js").CreateTable["config"]} Config */

/**
 * What the dialog is opened for.
 * @typedef {object} Purpose
 * @property {string} title
 * @property {string} confirm
 * @property {string} [name] of a new table, which can be edited
 * @property {Config} config
 * @property {(config: Config, name: string) => Promise<void>} send throws what the server refuses
 */

export class ConfigDialog {
  /** @param {string} id the ids of its parts begin with it */
  constructor(id) {
    this.id = id;
    /** @type {Purpose|null} */
    this.purpose = null;
    /** @type {any} */
    this.dialog = null;
  }

  /** @param {Purpose} purpose */
  open(purpose) {
    if (!this.dialog) this.build();
    this.purpose = purpose;
    const isNew = purpose.name !== undefined;
    setText(this.title, purpose.title);
    setText(this.confirm, purpose.confirm);
    this.name.parentElement.hidden = this.name.disabled = !isNew;
    this.name.value = purpose.name ?? "";
    this.presets.hidden = !isNew;
    this.show(purpose.config);
    this.dialog.showModal();
    this.dialog.scrollTop = 0;
  }

  build() {
    const { id } = this;
    this.title = make("h2", { id: `${id}-title` });
    this.name = make("input", { name: "name", maxlength: "40", required: true });
    this.presets = this.buildPresets();
    this.stakes = make("p", { id: `${id}-stakes`, class: "soft", role: "status" });
    const error = make("p", { id: `${id}-error`, class: "error", role: "alert" });
    this.confirm = make("button", { type: "submit", id: `${id}-confirm`, class: "primary" });
    const close = () => this.dialog.close();
    const cancel = { type: "button", id: `${id}-cancel`, text: t("page.cancel"), onclick: close };
    const place = make("div", { class: "sections" });
    const buttons = make("div", { class: "row" }, make("button", cancel), this.confirm);
    /** @type {HTMLFormElement} */
    const form = make(
      "form",
      { id: `${id}-form`, class: "config-form", method: "dialog" },
      this.title,
      this.presets,
      make("label", {}, make("span", { text: t("new_table.name") }), this.name),
      place,
      this.stakes,
      error,
      buttons,
    );
    this.dialog = make("dialog", { id: `${id}-dialog`, "aria-labelledby": this.title.id }, form);
    document.body.append(this.dialog);
    this.form = new ConfigForm(form, place, error);
    form.addEventListener("input", () => this.describe());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  buildPresets() {
    const buttons = Object.keys(PRESETS).map((name) =>
      make("button", {
        type: "button",
        class: "small",
        "data-preset-config": name,
        "aria-pressed": "false",
        text: t(/** @type {any} */ (`new_table.preset.${name}`)),
        onclick: () => this.show(PRESETS[name], name),
      }),
    );
    const label = { class: "presets", role: "group", "aria-label": t("new_table.presets") };
    return make("div", label, ...buttons);
  }

  /**
   * @param {Config} config
   * @param {string} [preset] where it is from
   */
  show(config, preset = "standard") {
    this.form?.fill(config, this.purpose?.name !== undefined);
    for (const button of this.presets.children) {
      button.setAttribute("aria-pressed", String(button.dataset.presetConfig === preset));
    }
    this.describe();
  }

  /** Show the stakes that follow from the form, and the games of a mix. */
  describe() {
    if (!this.form) return;
    const games = this.form.games();
    const isLimit = games.some((code) => variant(code).betting === "fixed_limit");
    setText(this.stakes, games.length && isLimit ? stakesOf(this.form.config(), games) : "");
  }

  async send() {
    if (!this.form || !this.purpose) return;
    this.confirm.disabled = true;
    try {
      await this.purpose.send(this.form.config(), this.name.value.trim());
      this.dialog.close();
    } catch (error) {
      this.form.showRefusal(/** @type {any} */ (error));
    } finally {
      this.confirm.disabled = false;
    }
  }
}

/**
 * @param {Config} partial
 * @param {string[]} games
 */
function stakesOf(partial, games) {
  const config = readConfig({ ante: 0, ...partial });
  const [only, ...others] = games;
  if (!others.length) return t("new_table.stakes", { stakes: describeStakes(config, only) });
  const names = joined(games.map(shortGameName));
  const stud = games.find((code) => variant(code).forced === "bring_in");
  if (!stud) return t("new_table.games", { games: names });
  const stakes = describeStakes(config, stud);
  return t("new_table.games_stakes", { games: names, game: gameName(stud), stakes });
}
