/**
 * The form of a table's config, with all its options. It shows those that the chosen games have a
 * use for. The server validates; what it refuses is shown at the field.
 */

import { MIXES } from "../client/variants.js";
import { gamesOf, isMix, variant } from "../model/games.js";
import { describeRejection } from "../model/refusals.js";
import { setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { buildFields } from "./fields.js";
import { needsOf } from "./game-needs.js";
import { OPTIONS, setValueAt, valueAt } from "./options.js";

/** @typedef {import("./options.js").Option} Option */
/** @typedef {import("../client/messages.js").CreateTable["config"]} Config */

/** The default buy-ins, in big blinds or bets. */
const MIN_BUY_IN = 20;
const MAX_BUY_IN = 200;
const DEFAULT_GAME = "NT";
/** The default games of a custom mix. */
const DEFAULT_MIX = ["NT", "PO"];

export class ConfigForm {
  /**
   * @param {HTMLFormElement} form
   * @param {Element} place of the fields
   * @param {HTMLElement} error where a refusal is shown; it moves to the field
   */
  constructor(form, place, error) {
    this.form = form;
    this.error = error;
    this.errorPlace = /** @type {Element} */ (error.parentElement);
    this.place = place;
    place.append(...buildFields());
    // Buy-ins follow the stakes, and seats the game, until the player has edited them.
    this.buyInEdited = this.seatsEdited = false;
    this.wantedSeats = 0;
    this.isNew = true;
    form.addEventListener("input", (event) => this.changed(/** @type {any} */ (event.target)));
    form.addEventListener("invalid", (event) => open(/** @type {Element} */ (event.target)), true);
  }

  /**
   * @param {string} name
   * @returns {any}
   */
  field(name) {
    return this.form.elements.namedItem(name);
  }

  /**
   * Show a config; what it leaves out has its default.
   * @param {Config} config
   * @param {boolean} isNew whether options that cannot change later are free
   */
  fill(config, isNew) {
    this.showError("");
    this.isNew = isNew;
    this.field("variant").value = config.variant ?? DEFAULT_GAME;
    for (const option of OPTIONS) this.write(option, valueAt(config, option.path) ?? option.initial);
    if (!config.mix?.games?.length) this.checkGames(DEFAULT_MIX);
    if (!isNew && config.big_blind !== undefined) this.fillBets(config);
    this.buyInEdited = !isNew || config.min_buy_in !== undefined;
    this.seatsEdited = !isNew;
    this.wantedSeats = Number(this.field("seats").value);
    for (const details of this.form.querySelectorAll("details")) details.open = false;
    this.fit();
  }

  /**
   * Bets that a config leaves to its blinds.
   * @param {Config} config
   */
  fillBets(config) {
    const small = config.limit?.small_bet || Number(config.big_blind);
    this.field("limit.small_bet").value = small;
    this.field("limit.big_bet").value = config.limit?.big_bet || 2 * small;
  }

  /**
   * @param {Option} option
   * @param {any} value
   */
  write({ path, kind, scale = 1, zero }, value) {
    if (kind === "games") return this.checkGames(value);
    const field = this.field(path);
    if (kind === "switch") field.checked = value;
    else if (kind === "part") field.checked = value !== null;
    else if (kind === "list") field.value = value.map((/** @type {number} */ ms) => ms / scale).join(", ");
    else if (kind === "choice") field.value = String(value);
    else field.value = zero && value === 0 ? "" : String(value / scale);
    if (path.startsWith("limit.") && !zero && !value) field.value = path.endsWith("big_bet") ? "200" : "100";
  }

  /** @param {string[]} games */
  checkGames(games) {
    for (const box of this.form.querySelectorAll('[name="mix.games"]')) {
      const input = /** @type {HTMLInputElement} */ (box);
      input.checked = games.includes(input.value);
    }
  }

  /**
   * @param {Option} option
   * @returns {any}
   */
  read({ path, kind, scale = 1, initial, choices = [] }) {
    if (kind === "games") return this.checkedGames();
    const { value, checked } = this.field(path);
    if (kind === "switch") return checked;
    if (kind === "part") return checked ? {} : null;
    if (kind === "choice") return typeof choices[0] === "number" ? Number(value) : value;
    if (kind === "number") return value === "" ? 0 : Math.round(Number(value) * scale);
    const parts = value.split(/[\s,;]+/).filter(Boolean);
    const times = parts.map((/** @type {string} */ one) => Math.round(Number(one) * scale));
    return times.every(Number.isFinite) ? times : initial;
  }

  checkedGames() {
    return new FormData(this.form).getAll("mix.games").map(String);
  }

  /** @param {HTMLInputElement} field */
  changed(field) {
    this.showError("");
    if (field.name.endsWith("buy_in")) this.buyInEdited = true;
    if (field.name === "seats") this.seatsEdited = true;
    if (field.name === "limit.small_bet") this.field("limit.big_bet").value = 2 * Number(field.value);
    this.fit();
  }

  /** The codes of the selected games. */
  games() {
    const code = this.field("variant").value;
    return gamesOf(/** @type {any} */ ({ variant: code, mix: { games: this.checkedGames() } }));
  }

  /** Show the fields that the selected games need. */
  fit() {
    const code = this.field("variant").value;
    const custom = isMix(code) && !MIXES[code].games.length;
    // First, because disabled boxes are not checked.
    const mix = /** @type {HTMLFieldSetElement} */ (this.form.querySelector(".mix-games"));
    mix.hidden = mix.disabled = !custom;
    const games = this.games();
    const needs = needsOf(games, isMix(code));
    this.fitNeeds(needs);
    for (const option of OPTIONS) this.fitOption(option, needs);
    const blind = needs.has("blinds") || !needs.has("button-blind") ? "big_blind" : "button_blind";
    setText(this.field("big_blind").labels[0].firstElementChild, t(`new_table.${blind}`));
    this.fitSeats(games);
    this.fitBuyIns(needs);
  }

  /** @param {Set<string>} needs */
  fitNeeds(needs) {
    if (this.field("mix.rotation").value !== "hands") needs.delete("hands");
    const hasBombPots =
      this.field("house.bomb_pot_every").value || this.field("house.bomb_pot_vote").value !== "off";
    if (!hasBombPots) needs.delete("bomb-pot");
    if (needs.has("button-blind")) needs.add("big_blind");
  }

  /**
   * @param {Option} option
   * @param {Set<string>} needs
   */
  fitOption({ path, kind, needs: need, fixed }, needs) {
    if (kind === "games") return;
    const field = this.field(path);
    const owner = path.split(".").slice(0, 2).join(".");
    const box = this.field(owner);
    const shown =
      (!need || needs.has(need) || needs.has(path)) && (owner === path || !box || box.checked);
    field.closest("label").hidden = !shown;
    field.disabled = !shown || (fixed && !this.isNew);
  }

  /** @param {string[]} games */
  fitSeats(games) {
    const seats = this.field("seats");
    const most = Math.min(10, ...games.map((code) => variant(code).seats));
    seats.max = most;
    if (this.isNew && Number(seats.value) > most) seats.value = most;
    else if (!this.seatsEdited) seats.value = Math.min(this.wantedSeats, most);
  }

  /** @param {Set<string>} needs */
  fitBuyIns(needs) {
    if (this.buyInEdited) return;
    const blind = needs.has("blinds") || needs.has("button-blind");
    const unit = Number(this.field(blind ? "big_blind" : "limit.small_bet").value);
    if (!(unit > 0)) return;
    this.field("min_buy_in").value = MIN_BUY_IN * unit;
    this.field("max_buy_in").value = MAX_BUY_IN * unit;
  }

  /**
   * The form as a config. The server has defaults for what it leaves out: nested options with their
   * default, and those that the games do not need.
   * @returns {Config}
   */
  config() {
    /** @type {any} */
    const config = { variant: this.field("variant").value };
    for (const option of OPTIONS) {
      if (option.kind === "games" ? !this.checkedGames().length : this.isLeftOut(option)) continue;
      const value = this.read(option);
      const isDefault = JSON.stringify(value) === JSON.stringify(option.initial);
      if (!isDefault || !option.path.includes(".")) setValueAt(config, option.path, value);
    }
    if (config.small_blind === undefined) this.addBlinds(config);
    return config;
  }

  /** @param {Option} option */
  isLeftOut({ path, fixed }) {
    return this.field(path).disabled && !(fixed && !this.isNew);
  }

  /**
   * Blinds of games that have none: they follow from the bets, or there is a button blind alone.
   * @param {any} config
   */
  addBlinds(config) {
    const bet = config.limit?.small_bet;
    config.small_blind = config.big_blind === undefined && bet ? Math.floor(bet / 2) : 0;
    config.big_blind ??= bet;
  }

  /**
   * Show why the server refused the config, at the field that it names.
   * @param {Error & {details?: Record<string, any>}} error
   */
  showRefusal(error) {
    const name = String(error.details?.field ?? "").replace(/^config\./, "");
    const field = name ? this.field(name) : null;
    this.showError(describeRejection(error), field instanceof Element ? field : null);
  }

  /**
   * @param {string} text
   * @param {any} [field]
   */
  showError(text, field = null) {
    for (const marked of this.form.querySelectorAll("[aria-invalid]")) {
      marked.removeAttribute("aria-invalid");
      marked.removeAttribute("aria-describedby");
    }
    if (field?.closest("label")) {
      open(field);
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", this.error.id);
      field.closest("label").append(this.error);
      field.focus();
    } else if (this.error.parentElement !== this.errorPlace) {
      this.errorPlace.insertBefore(this.error, this.errorPlace.lastElementChild);
    }
    setText(this.error, text);
  }
}

/**
 * Open the section that an element is in, so that it can have the focus.
 * @param {Element} element
 */
function open(element) {
  const details = element.closest("details");
  if (details) details.open = true;
}
