/**
 * The replayer: a finished hand on the table's own stage, which it borrows, step by step. It shows
 * what the server tells this viewer of the hand.
 */

import { Absences } from "../client/absences.js";
import { timeOf } from "../model/format.js";
import { gameName } from "../model/games.js";
import { PastHand, SHOWDOWN } from "../model/past-hand.js";
import { describeRejection } from "../model/refusals.js";
import { Discards } from "../table/discards.js";
import { EquityView } from "../table/extras/equity-view.js";
import { make, setText } from "../ui/dom.js";
import { makeModal } from "../ui/modal.js";
import { t } from "../texts/texts.js";
import { HandExport } from "./hand-export.js";
import { Player } from "./player.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../table/table-screen.js").TableScreen} TableScreen */
/** @typedef {import("./hand-export.js").HandRef} HandRef */

export class Replayer {
  /**
   * @param {Connection} connection
   * @param {TableScreen} screen whose stage is borrowed
   * @param {(ref: HandRef) => Promise<string>} linkOf
   * @param {(table: string, key: string|null) => void} openTable
   * @param {() => void} leave called to go back to the open table
   */
  constructor(connection, screen, linkOf, openTable, leave) {
    this.connection = connection;
    this.screen = screen;
    this.equity = new EquityView(() => {});
    /** @type {HandRef|null} */
    this.ref = null;
    /** @type {PastHand|null} */
    this.hand = null;
    /** The step on the stage. */
    this.shown = 0;
    this.closed = () => {};
    this.player = new Player((step) => this.show(step));
    this.export = new HandExport(connection, linkOf);
    this.stagePlace = make("div", { id: "replay-stage" });
    this.line = make("p", { id: "replay-line", role: "status" });
    this.log = make("ol", { id: "replay-log", tabindex: "0", "aria-label": t("replay.log") });
    this.facts = make("p", { id: "replay-facts", class: "soft" });
    this.toTable = make("button", {
      type: "button",
      class: "small",
      text: t("replay.open_table"),
      onclick: () => this.ref && openTable(this.ref.table, this.ref.key),
    });
    const back = { type: "button", class: "small primary", text: t("replay.back") };
    this.turnNote = make(
      "p",
      { id: "replay-turn", role: "alert", hidden: true },
      `${t("replay.your_turn")} `,
      make("button", { ...back, onclick: leave }),
    );
    const main = make("div", { id: "replay-main" }, this.stagePlace, this.line, this.player.element);
    const tools = make("div", { class: "row" }, this.export.share, this.toTable);
    const side = make("div", { id: "replay-side" }, this.facts, tools, this.export.said, this.export.element, this.log);
    this.modal = makeModal("replay", [this.turnNote, make("div", { id: "replay-parts" }, main, side)]);
    this.modal.element.addEventListener("keydown", (event) => this.player.key(event));
    // The event comes late: the next hand may be open already.
    this.modal.element.addEventListener("close", () => this.modal.element.open || this.giveBack());
  }

  /**
   * Show a hand.
   * @param {HandRef} ref
   * @param {() => void} [closed] called when the viewer has closed it
   */
  async open(ref, closed = () => {}) {
    this.ref = ref;
    this.closed = closed;
    this.hand = null;
    this.modal.setTitle(t("replay.title", { number: String(ref.hand) }));
    this.toTable.hidden = this.screen.id === ref.table;
    this.modal.element.dataset.hand = "";
    this.stagePlace.hidden = this.player.element.hidden = true;
    this.log.replaceChildren();
    for (const place of [this.line, this.facts]) setText(place, "");
    this.export.clear();
    if (!this.modal.element.open) this.modal.open();
    try {
      await this.connection.ready();
      const { table, hand, key } = ref;
      const asked = { table, hand, ...(key && { key }) };
      const answer = await this.connection.request({ type: "get_hand", format: "json", ...asked });
      if (this.ref === ref && this.modal.element.open) this.begin(new PastHand(answer), ref);
    } catch (error) {
      if (this.ref === ref) setText(this.line, describeRejection(/** @type {any} */ (error)));
    }
  }

  /**
   * @param {PastHand} hand
   * @param {HandRef} ref
   */
  begin(hand, ref) {
    this.hand = hand;
    const number = String(hand.number);
    this.modal.setTitle(t("replay.title_at", { number, table: hand.name }));
    const time = timeOf(hand.startedMs, this.connection.serverNow());
    setText(this.facts, [gameName(hand.variant), ...(hand.startedMs ? [time] : [])].join(" · "));
    this.log.replaceChildren(...hand.steps.map(makeLines));
    this.export.show(ref);
    this.modal.element.dataset.hand = number;
    if (!hand.isWhole()) {
      setText(this.line, t("replay.no_stacks"));
      return;
    }
    this.stagePlace.hidden = this.player.element.hidden = false;
    this.screen.lendStage(this.stagePlace);
    const streets = hand.streets().map(({ step, name }) => {
      return { step, name: name === SHOWDOWN ? t("replay.showdown") : name };
    });
    this.player.begin(hand.steps.map(wordsOf), streets);
  }

  /** @param {number} step */
  show(step) {
    const { hand } = this;
    if (!hand) return;
    const { stage } = this.screen;
    const isNext = step === this.shown + 1;
    const { table, memory } = hand.at(step, isNext ? (before, event) => stage.note(before, event) : undefined);
    this.shown = step;
    stage.render({
      table,
      epoch: 0,
      memory,
      absences: new Absences(),
      own: hand.own,
      departure: null,
      live: false,
      discards: new Discards(() => {}),
      player: undefined,
      equity: this.equity,
    });
    setText(this.line, wordsOf(hand.steps[step], step));
    [...this.log.children].forEach((item, index) => {
      if (index === step) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    this.follow(this.log.children[step]);
  }

  /**
   * Scroll the list of steps alone, not the dialog.
   * @param {HTMLElement} item
   */
  follow(item) {
    const { log } = this;
    const above = item.offsetTop - log.offsetTop;
    if (above < log.scrollTop) log.scrollTop = above;
    const below = above + item.offsetHeight - log.clientHeight;
    if (below > log.scrollTop) log.scrollTop = below;
  }

  /** @param {boolean} mine whether the viewer is to act at the open table */
  setTurn(mine) {
    if (this.turnNote.hidden === mine) this.turnNote.hidden = !mine;
  }

  giveBack() {
    this.player.pause();
    this.ref = this.hand = null;
    this.screen.lendStage(null);
    const { closed } = this;
    this.closed = () => {};
    closed();
  }

  /** Close it because the page goes elsewhere. */
  close() {
    this.closed = () => {};
    this.modal.close();
    this.giveBack();
  }
}

/** @param {import("../model/past-hand.js").Step} step */
function makeLines({ lines }) {
  return make("li", {}, ...lines.map((text) => make("span", { text })));
}

/**
 * What is said of a step. The first one has all blinds, which can be seen.
 * @param {import("../model/past-hand.js").Step} step
 * @param {number} index
 */
function wordsOf({ lines }, index) {
  return index ? lines.join(" · ") : (lines[0] ?? "");
}
