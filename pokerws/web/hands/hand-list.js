/** The list of finished hands, which grows at its end: of a table, or the player's own. */

import { chips, signed, timeOf } from "../model/format.js";
import { shortGameName } from "../model/games.js";
import { describeRejection } from "../model/refusals.js";
import { make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").HandSummary} HandSummary */
/** @typedef {{table?: string, mine?: boolean, key?: string}} Scope whose hands */

const PAGE_SIZE = 30;

export class HandList {
  /**
   * @param {Connection} connection
   * @param {(hand: HandSummary) => void} open
   * @param {(table: string) => string} nameOf a table
   */
  constructor(connection, open, nameOf) {
    this.connection = connection;
    this.open = open;
    this.nameOf = nameOf;
    /** @type {Scope} */
    this.scope = {};
    /** The place of the next page; null after the last one. @type {string|undefined|null} */
    this.next = undefined;
    this.loading = false;
    this.list = make("ol", { id: "hands-list", "aria-label": t("hands.list") });
    this.more = make("button", {
      type: "button",
      id: "hands-more",
      class: "small",
      text: t("account.more"),
      onclick: () => this.load(),
    });
    this.said = make("p", { class: "soft", role: "status" });
    this.element = make("div", {}, this.list, this.said, this.more);
    const sight = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.load();
    });
    sight.observe(this.more);
  }

  /** @param {Scope} scope */
  show(scope) {
    this.scope = scope;
    this.next = undefined;
    this.loading = false;
    this.list.replaceChildren();
    this.load();
  }

  async load() {
    const { scope, next } = this;
    if (this.loading || next === null) return;
    this.loading = true;
    this.say(t("account.loading"));
    try {
      const page = { limit: PAGE_SIZE, ...(next && { before: next }) };
      const answer = await this.connection.request({ type: "list_hands", ...scope, ...page });
      if (scope !== this.scope) return;
      this.next = answer.next ?? null;
      this.list.append(...answer.hands.map((hand) => this.row(hand)));
      this.loading = false;
      this.say(this.next === null && !this.list.children.length ? t("hands.none") : "");
    } catch (error) {
      if (scope !== this.scope) return;
      // Whoever scrolls on asks again.
      this.loading = false;
      this.say(describeRejection(/** @type {any} */ (error)));
    }
    this.more.hidden = this.next === null;
    if (this.isShort()) this.load();
  }

  /** A page may have no hand, and the end of the list then stays in sight. */
  isShort() {
    const { bottom } = this.more.getBoundingClientRect();
    const room = this.element.closest(".modal-body")?.getBoundingClientRect();
    return !this.more.hidden && !this.said.textContent && room !== undefined && bottom < room.bottom;
  }

  /** @param {string} text */
  say(text) {
    setText(this.said, text);
  }

  /** @param {HandSummary} hand */
  row(hand) {
    const { variant, players, pot, net, ended_ms: endedMs } = hand;
    const where = this.scope.table ? [] : [this.nameOf(hand.table)];
    const facts = [...where, shortGameName(variant), t("hands.players", { count: players })];
    const amounts = [
      make("span", { text: pot === undefined ? t("hands.cancelled") : t("hands.pot", { amount: chips(pot) }) }),
      ...(net === undefined
        ? []
        : [make("b", { class: net < 0 ? "lost" : "won", "data-net": String(net), text: signed(net) })]),
    ];
    const button = make(
      "button",
      { type: "button", "data-hand": String(hand.hand), onclick: () => this.open(hand) },
      make("b", { text: t("hands.number", { number: String(hand.hand) }) }),
      make("time", { class: "soft", text: timeOf(endedMs, this.connection.serverNow()) }),
      make("span", { class: "soft facts", text: facts.join(" · ") }),
      make("span", { class: "amounts" }, ...amounts),
    );
    return make("li", {}, button);
  }
}
