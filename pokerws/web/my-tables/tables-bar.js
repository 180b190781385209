/**
 * The bar of the player's tables: a button for each, with the own cards and what happens there. It
 * is shown when there is another table than the open one.
 */

import { cardSigns } from "../model/format.js";
import { byId, make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-read.js").Turn} Turn */
/**
 * A table of the player.
 * @typedef {object} Mine
 * @property {string} id
 * @property {TableState} table
 * @property {number} seat the player's
 * @property {Turn|null} turn the player's
 * @property {boolean} isOpen whether the screen shows it
 */
/** @typedef {{root: HTMLButtonElement, number: HTMLElement, name: HTMLElement, cards: HTMLElement, state: HTMLElement}} Tab */

export class TablesBar {
  /** @param {(id: string) => void} choose */
  constructor(choose) {
    this.choose = choose;
    this.root = byId("my-tables");
    /** @type {Map<string, Tab>} */
    this.tabs = new Map();
    /** The shown tables. @type {string[]} */
    this.ids = [];
    /** @type {Mine[]} */
    this.mine = [];
  }

  /**
   * @param {Mine[]} mine
   * @param {number} now
   */
  render(mine, now) {
    const shown = mine.some(({ isOpen }) => !isOpen) ? mine : [];
    this.mine = shown;
    const ids = shown.map(({ id }) => id);
    if (ids.join() !== this.ids.join()) {
      this.ids = ids;
      for (const id of this.tabs.keys()) if (!ids.includes(id)) this.tabs.delete(id);
      this.root.replaceChildren(...ids.map((id) => this.tabOf(id).root));
      this.root.hidden = !ids.length;
    }
    shown.forEach((one, at) => this.renderTab(one, at + 1, now));
  }

  /** @param {string} id */
  tabOf(id) {
    const known = this.tabs.get(id);
    if (known) return known;
    const number = make("span", { class: "number", "aria-hidden": "true" });
    const name = make("span", { class: "name" });
    const cards = make("span", { class: "held" });
    const state = make("span", { class: "state" });
    const root = make("button", { type: "button", "data-table": id }, number, name, cards, state);
    root.addEventListener("click", () => this.choose(id));
    const tab = { root, number, name, cards, state };
    this.tabs.set(id, tab);
    return tab;
  }

  /**
   * @param {Mine} one
   * @param {number} number
   * @param {number} now
   */
  renderTab({ id, table, seat, turn, isOpen }, number, now) {
    const { root, number: place, name, cards, state } = this.tabOf(id);
    setText(place, String(number));
    setText(name, table.name);
    const part = table.hand?.seats[seat];
    const held = part && !part.folded ? [...part.cards, ...part.up] : [];
    setText(cards, cardSigns(held));
    setText(state, stateText(table, seat, turn, now));
    if (isOpen) root.setAttribute("aria-current", "page");
    else root.removeAttribute("aria-current");
    root.toggleAttribute("data-turn", turn !== null);
    if (number <= 9) root.setAttribute("aria-keyshortcuts", `Shift+${number}`);
  }

  /** @param {number} now */
  tick(now) {
    for (const { id, table, seat, turn } of this.mine) {
      if (turn) setText(this.tabOf(id).state, stateText(table, seat, turn, now));
    }
  }
}

/**
 * What happens at a table, in a few words.
 * @param {Mine["table"]} table
 * @param {number} seat
 * @param {Mine["turn"]} turn
 * @param {number} now
 */
function stateText(table, seat, turn, now) {
  if (turn) {
    const count = Math.ceil(Math.max(0, turn.deadline_ms - now) / 1_000);
    return t("tables.your_turn", { count });
  }
  if (table.seats[seat]?.sitting_out) return t("tables.sitting_out");
  const part = table.hand?.seats[seat];
  if (!part) return t("tables.waiting");
  return t(part.folded ? "tables.folded" : "tables.in_hand");
}
