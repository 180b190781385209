/**
 * The form for a new table: the game, its stakes and the house rules. It shows only the fields
 * that the game needs. The server validates the configuration.
 */

import { gameName, groupOf, GROUPS, isMix, shortGameName, variant } from "../model/games.js";
import { describeRejection } from "../model/refusals.js";
import { describeStakes } from "../model/stakes.js";
import { readConfig } from "../client/state/table-config.js";
import { byId, make, setText } from "../ui/dom.js";
import { joined, t } from "../texts/texts.js";
import { MIXES, VARIANTS } from "../client/variants.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").CreateTable} CreateTable */

/** The default buy-ins, in big blinds or bets. */
const MIN_BUY_IN = 20;
const MAX_BUY_IN = 200;
const DEFAULT_GAME = "NT";
const DEFAULT_SEATS = 6;
/** The default games of a custom mix. */
const DEFAULT_MIX = new Set(["NT", "PO"]);

export class NewTable {
  /**
   * @param {Connection} connection
   * @param {(table: string, key?: string) => void} openTable `key` is that of an unlisted table
   */
  constructor(connection, openTable) {
    this.connection = connection;
    this.openTable = openTable;
    this.dialog = byId("new-table-dialog");
    /** @type {HTMLFormElement} */
    this.form = byId("new-table-form");
    /** Whether the player has edited the buy-ins and the number of seats. */
    this.buyInEdited = false;
    this.seatsEdited = false;
    this.fillGames();
    byId("new-table").addEventListener("click", () => this.show());
    byId("new-table-cancel").addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("input", (event) => this.changed(/** @type {any} */ (event.target)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.create();
    });
  }

  fillGames() {
    const codes = [...Object.keys(VARIANTS), ...Object.keys(MIXES)];
    for (const group of GROUPS) {
      const options = codes
        .filter((code) => groupOf(code) === group)
        .map((code) => make("option", { value: code, text: optionName(code) }));
      this.field("variant").append(make("optgroup", { label: t(`games.${group}`) }, ...options));
    }
    this.field("variant").value = DEFAULT_GAME;
    const boxes = Object.keys(VARIANTS).map((code) =>
      make(
        "label",
        { class: "toggle" },
        make("input", { type: "checkbox", name: "games", value: code, checked: DEFAULT_MIX.has(code) }),
        gameName(code),
      ),
    );
    byId("mix-games").querySelector("div").append(...boxes);
  }

  /**
   * @param {string} name
   * @returns {any}
   */
  field(name) {
    return this.form.elements.namedItem(name);
  }

  /** @param {string} name */
  number(name) {
    return Number(this.field(name).value);
  }

  show() {
    setText(byId("new-table-error"), "");
    this.field("name").value ||= t("new_table.default_name", { name: this.connection.welcome?.name });
    this.fit();
    this.dialog.showModal();
  }

  /** @param {HTMLInputElement} field */
  changed(field) {
    if (field.name.endsWith("buy_in")) this.buyInEdited = true;
    if (field.name === "seats") this.seatsEdited = true;
    if (field.name === "small_bet") this.field("big_bet").value = 2 * this.number("small_bet");
    this.fit();
  }

  /** The codes of the selected games. */
  games() {
    const code = this.field("variant").value;
    if (!isMix(code)) return [code];
    if (MIXES[code].games.length) return MIXES[code].games;
    return new FormData(this.form).getAll("games").map(String);
  }

  /** Show the fields that the selected games need. */
  fit() {
    // First, because a disabled list has no selected games.
    const custom = this.field("variant").value === "MIX";
    byId("mix-games").hidden = byId("mix-games").disabled = !custom;
    const games = this.games();
    const wanted = fieldsFor(games, isMix(this.field("variant").value));
    if (this.field("rotation").value !== "hands") wanted.delete("hands");
    if (this.field("bomb_pot_every").value === "0") wanted.delete("bomb-pot");
    for (const place of this.form.querySelectorAll("[data-for]")) {
      const shown = wanted.has(/** @type {HTMLElement} */ (place).dataset.for ?? "");
      /** @type {HTMLElement} */ (place).hidden = !shown;
      for (const input of place.querySelectorAll("input, select")) {
        /** @type {HTMLInputElement} */ (input).disabled = !shown;
      }
    }
    const rules = ["ante", "stud", "straddle", "board"];
    byId("house-rules").hidden = !rules.some((rule) => wanted.has(rule));
    this.fitSeats(games);
    this.fitBuyIns(wanted);
    const [game] = games;
    setText(byId("new-table-stakes"), game && wanted.has("limit") ? this.stakes(games) : "");
  }

  /** @param {string[]} games */
  fitSeats(games) {
    const seats = this.field("seats");
    const most = Math.min(10, ...games.map((code) => variant(code).seats));
    seats.max = most;
    if (Number(seats.value) > most) seats.value = most;
    else if (!this.seatsEdited) seats.value = Math.min(DEFAULT_SEATS, most);
  }

  /** @param {Set<string>} wanted */
  fitBuyIns(wanted) {
    if (this.buyInEdited) return;
    const unit = this.unit(wanted);
    if (!(unit > 0)) return;
    this.field("min_buy_in").value = MIN_BUY_IN * unit;
    this.field("max_buy_in").value = MAX_BUY_IN * unit;
  }

  /** @param {Set<string>} wanted */
  unit(wanted) {
    if (wanted.has("blinds")) return this.number("big_blind");
    return this.number(wanted.has("button-blind") ? "button_blind" : "small_bet");
  }

  /**
   * The stakes that follow from the form, and the games of a mix.
   * @param {string[]} games
   */
  stakes(games) {
    const config = readConfig({ ante: 0, ...this.config() });
    const [only, ...others] = games;
    if (!others.length) return t("new_table.stakes", { stakes: describeStakes(config, only) });
    const stud = games.find((code) => variant(code).forced === "bring_in");
    const names = joined(games.map(shortGameName));
    if (!stud) return t("new_table.games", { games: names });
    const values = { games: names, game: gameName(stud), stakes: describeStakes(config, stud) };
    return t("new_table.games_stakes", values);
  }

  /**
   * The form as a configuration; the server has defaults for the empty fields.
   * @returns {import("../client/messages.js").CreateTable["config"]}
   */
  config() {
    const given = Object.fromEntries(new FormData(this.form));
    /** @param {...string} names */
    const numbers = (...names) =>
      Object.fromEntries(names.filter((name) => given[name]).map((name) => [name, Number(given[name])]));
    /** @type {any} */
    const config = {
      variant: given.variant,
      ...numbers("seats", "small_blind", "big_blind", "ante", "min_buy_in", "max_buy_in"),
      turn_time_ms: this.number("turn_seconds") * 1000,
    };
    if (given.ante_kind) config.ante_kind = given.ante_kind;
    if (given.button_blind) {
      Object.assign(config, { small_blind: 0, big_blind: Number(given.button_blind) });
    }
    if (given.small_bet) {
      // Without fields for blinds, they follow from the bets.
      const bet = Number(given.small_bet);
      if (!given.big_blind) Object.assign(config, { small_blind: Math.floor(bet / 2), big_blind: bet });
      config.limit = numbers("small_bet", "big_bet", "stud_ante", "bring_in");
    }
    if (given.rotation) config.mix = { rotation: given.rotation, ...numbers("hands") };
    if (given.variant === "MIX") config.mix.games = this.games();
    /** @type {Record<string, any>} */
    const house = numbers("run_it", "bomb_pot_every", "bomb_pot_boards");
    if (given.straddle) house.straddle = given.straddle;
    if (Object.keys(house).length) config.house = house;
    const hosting = ["unlisted", "approval", "bank"].filter((name) => given[name]);
    if (hosting.length) config.hosting = Object.fromEntries(hosting.map((name) => [name, true]));
    return config;
  }

  async create() {
    const button = byId("new-table-confirm");
    button.disabled = true;
    try {
      const name = this.field("name").value.trim();
      const answer = await this.connection.request({
        type: "create_table",
        name,
        config: this.config(),
      });
      this.dialog.close();
      this.form.reset();
      this.buyInEdited = this.seatsEdited = false;
      this.openTable(/** @type {string} */ (answer.table), answer.key);
    } catch (error) {
      setText(byId("new-table-error"), describeRejection(/** @type {any} */ (error)));
    } finally {
      button.disabled = false;
    }
  }
}

/** @param {string} code */
function optionName(code) {
  return isMix(code) && !MIXES[code].games.length ? t("new_table.custom_mix") : gameName(code);
}

/**
 * The groups of fields that these games need.
 * @param {string[]} codes
 * @param {boolean} mixed
 * @returns {Set<string>}
 */
function fieldsFor(codes, mixed) {
  const wanted = new Set(mixed ? ["mix", "hands"] : []);
  for (const code of codes) {
    const { betting, forced, streets, board } = variant(code);
    if (betting === "fixed_limit") wanted.add("limit");
    if (betting === "fixed_limit" && streets.length > 1) wanted.add("big-bet");
    else if (forced === "blinds") wanted.add("blinds");
    if (forced === "button_blind" && !mixed) wanted.add("button-blind");
    if (forced === "bring_in") wanted.add("stud");
    if (forced === "blinds") for (const rule of ["ante", "ante-kind", "straddle"]) wanted.add(rule);
    else if (forced !== "bring_in") wanted.add("ante");
    if (board) for (const rule of ["board", "bomb-pot"]) wanted.add(rule);
  }
  if (mixed && !wanted.has("limit") && !wanted.has("blinds")) wanted.add("blinds");
  return wanted;
}
