/**
 * The filter of the lobby. The server selects by game, stakes, free seats and name; what only the
 * page knows is selected here: tables with a seat of the player's own, and those with people.
 */

import { MIXES, VARIANTS } from "../client/variants.js";
import { chips } from "../model/format.js";
import { groupOf, GROUPS } from "../model/games.js";
import { byId, make } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/messages.js").TableFilter} TableFilter */
/** @typedef {import("../client/messages.js").TableSummary} TableSummary */

/** The smallest bets of a range, in chips. @type {Record<string, {min_stakes?: number, max_stakes?: number}>} */
const STAKES = {
  any: {},
  low: { max_stakes: 20 },
  middle: { min_stakes: 21, max_stakes: 200 },
  high: { min_stakes: 201 },
};
/** Wait for the next letter before the search is sent. */
const TYPING_MS = 300;

export class LobbyFilter {
  /**
   * @param {() => void} ask called when the server's part has changed
   * @param {() => void} render called when the page's part has changed
   */
  constructor(ask, render) {
    const form = byId("lobby-filter");
    this.name = byId("lobby-search");
    this.games = byId("lobby-games");
    this.stakes = byId("lobby-stakes");
    this.free = byId("lobby-free");
    this.mine = byId("lobby-mine");
    this.people = byId("lobby-people");
    for (const group of ["any", ...GROUPS]) {
      const text = group === "any" ? t("lobby.all_games") : t(/** @type {any} */ (`games.${group}`));
      this.games.append(make("option", { value: group, text }));
    }
    for (const range of Object.keys(STAKES)) {
      this.stakes.append(make("option", { value: range, text: describeRange(range) }));
    }
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    let typed;
    form.addEventListener("input", (/** @type {Event} */ { target }) => {
      if (target === this.mine || target === this.people) return render();
      clearTimeout(typed);
      typed = setTimeout(ask, TYPING_MS);
    });
    form.addEventListener("submit", (/** @type {Event} */ event) => event.preventDefault());
  }

  /** The part of the filter that the server has. @returns {TableFilter} */
  wanted() {
    const name = this.name.value.trim();
    const games = codesOf(this.games.value);
    return {
      ...(name ? { name } : {}),
      ...(games.length ? { games } : {}),
      ...STAKES[this.stakes.value],
      free_seats: this.free.checked ? 1 : 0,
    };
  }

  /** Whether the list may lack tables. */
  isActive() {
    const { free_seats: free, ...others } = this.wanted();
    const own = this.mine.checked || this.people.checked;
    return own || free === 1 || Object.keys(others).length > 0;
  }

  /**
   * The page's own part.
   * @param {TableSummary} table
   * @param {boolean} isMine
   */
  shows(table, isMine) {
    if (this.mine.checked && !isMine) return false;
    return !this.people.checked || table.players > (table.bots ?? 0);
  }
}

/** @param {string} group */
function codesOf(group) {
  const codes = [...Object.keys(VARIANTS), ...Object.keys(MIXES)];
  return codes.filter((code) => groupOf(code) === group);
}

/** @param {string} range */
function describeRange(range) {
  const { min_stakes: least, max_stakes: most } = STAKES[range];
  if (least && most) return t("lobby.stakes_range", { least: chips(least - 1), most: chips(most) });
  if (most) return t("lobby.stakes_up_to", { most: chips(most) });
  return least ? t("lobby.stakes_over", { least: chips(least - 1) }) : t("lobby.all_stakes");
}
