/** Statistics: of a table and its players, or the player's own of all tables. */

import { chips, signed, timeOf } from "../model/format.js";
import { RATE_NAMES, rateOf } from "../model/rates.js";
import { describeRejection } from "../model/refusals.js";
import { make, setText } from "../ui/dom.js";
import { formatter, t } from "../texts/texts.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").Stats} Stats */
/** @typedef {import("../client/messages.js").PlayerStats} PlayerStats */
/** @typedef {{table?: string, key?: string, player?: string}} StatsScope */

export class StatsView {
  /**
   * @param {Connection} connection
   * @param {(player: string) => string} nameOf a player
   * @param {(table: string) => string} tableName
   */
  constructor(connection, nameOf, tableName) {
    this.connection = connection;
    this.nameOf = nameOf;
    this.tableName = tableName;
    /** @type {StatsScope} */
    this.scope = {};
    this.said = make("p", { class: "soft", role: "status" });
    this.place = make("div", { class: "stats" });
    this.element = make("div", {}, this.said, this.place);
  }

  /** @param {StatsScope} scope */
  async show(scope) {
    this.scope = scope;
    this.place.replaceChildren();
    setText(this.said, t("account.loading"));
    try {
      const stats = await this.connection.request({ type: "get_stats", ...scope });
      if (scope !== this.scope) return;
      setText(this.said, "");
      this.render(stats);
    } catch (error) {
      if (scope === this.scope) setText(this.said, describeRejection(/** @type {any} */ (error)));
    }
  }

  /** @param {Stats} stats */
  render({ players, sessions, of_table: ofTable }) {
    if (ofTable) {
      const { hands = 0, average_pot: pot = 0, hands_an_hour: pace } = ofTable;
      const facts = [
        fact("hands", t("stats.hands"), chips(hands)),
        fact("pot", t("stats.average_pot"), chips(pot)),
        fact("pace", t("stats.pace"), pace === undefined ? "–" : chips(pace)),
      ];
      this.place.append(make("dl", { class: "stats-table" }, ...facts));
    }
    this.place.append(this.tableOf(players));
    this.place.append(make("p", { class: "soft", text: t("stats.explained") }));
    if (sessions.length) {
      const rows = sessions.map((session) => this.session(session));
      const label = { class: "stats-sessions", "aria-label": t("stats.sessions") };
      this.place.append(make("h3", { text: t("stats.sessions") }), make("ol", label, ...rows));
    }
  }

  /** @param {PlayerStats[]} players */
  tableOf(players) {
    const columns = [t("stats.hands"), ...RATE_NAMES.map((name) => t(`stats.${name}`)), t("stats.net")];
    const head = [t("stats.player"), ...columns].map((text) => make("th", { scope: "col", text }));
    const rows = players.map((stats) => {
      const cells = RATE_NAMES.map((name) => {
        const { share, count, of } = rateOf(stats, name);
        const title = t("stats.of", { part: count, whole: of });
        return make("td", { "data-rate": name, title, text: share === null ? "–" : percent(share) });
      });
      const { net = 0 } = stats;
      return make(
        "tr",
        { "data-player": stats.player },
        make("th", { scope: "row", text: this.nameOf(stats.player) }),
        make("td", { "data-rate": "hands", text: chips(stats.hands ?? 0) }),
        ...cells,
        make("td", { "data-rate": "net", class: net < 0 ? "lost" : "won", text: signed(net) }),
      );
    });
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
    const label = { role: "region", "aria-label": t("stats.title"), tabindex: "0" };
    return make("div", { class: "stats-scroll", ...label }, table);
  }

  /** @param {import("../client/messages.js").PlaySession} session */
  session({ table, started_ms: startedMs, hands, net = 0 }) {
    return make(
      "li",
      {},
      make("time", { text: timeOf(startedMs, this.connection.serverNow()) }),
      make("span", { class: "soft", text: `${this.tableName(table)} · ${t("stats.count", { count: hands })}` }),
      make("b", { class: net < 0 ? "lost" : "won", text: signed(net) }),
    );
  }
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} text
 */
function fact(name, label, text) {
  return make("div", { "data-fact": name }, make("dt", { text: label }), make("dd", { text }));
}

/** @param {number} share */
function percent(share) {
  return formatter("percent", (tag) => new Intl.NumberFormat(tag, { style: "percent" })).format(share);
}
