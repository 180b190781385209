/**
 * Speaks of what happens at the table, and answers questions about it. What happens at once is said in
 * one; the own turn is said at once.
 */

import { gameAt, gameName } from "../../model/games.js";
import { answer, gathered, QUESTIONS, said, spokenOf, turnLine } from "../../model/speech.js";
import { describeStakes } from "../../model/stakes.js";
import { announce, lastAnnounced } from "../../ui/announce.js";
import { byId } from "../../ui/dom.js";
import { hotkey } from "../../ui/hotkeys.js";
import { t } from "../../texts/texts.js";
import { heldInWords } from "../drawing/hand-words.js";
import { prompt } from "../prompt.js";

/** @typedef {import("../../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../../model/speech.js").Line} Line */

/** Who sees the table: their seat, and their id. @typedef {{own: number|null, player?: string}} Viewer */

const GATHER_MS = 700;
/** So long before the end of the own turn, the seconds that are left are said. */
const WARN_MS = 10_000;

/** @typedef {typeof QUESTIONS[number]|"turn"|"repeat"} Question */

/** The key of each question. @type {Record<string, Question>} */
const QUESTION_KEYS = {
  h: "cards",
  o: "board",
  m: "pot",
  s: "stacks",
  w: "turn",
  l: "repeat",
};

export class Speaker {
  /** @param {() => number} now the server's time, in milliseconds */
  constructor(now) {
    this.now = now;
    /** @type {Line[]} */
    this.lines = [];
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    /** @type {TableState|null} */
    this.table = null;
    /** @type {Viewer} */
    this.viewer = { own: null };
    this.turnKey = "";
    this.warnedKey = "";
    for (const [key, question] of Object.entries(QUESTION_KEYS)) {
      const button = byId(`ask-${question}`);
      button.setAttribute("aria-keyshortcuts", key.toUpperCase());
      button.addEventListener("click", () => this.ask(question));
    }
    document.addEventListener("keydown", (event) => {
      const question = QUESTION_KEYS[hotkey(event) ?? ""];
      if (!question || !this.table) return;
      event.preventDefault();
      this.ask(question);
    });
  }

  clear() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lines = [];
    this.table = null;
    this.turnKey = this.warnedKey = "";
  }

  /**
   * A state from a snapshot: what table it is, if it is new here, and the own turn.
   * @param {TableState} table
   * @param {Viewer} viewer
   */
  begin(table, viewer) {
    const isNew = this.table === null;
    this.table = table;
    this.viewer = viewer;
    if (isNew) this.add({ kind: "news", text: describeTable(table) });
    const turn = viewer.own === null ? null : turnLine(table, viewer.own);
    if (turn && this.turnKey !== turnKeyOf(table)) this.add(turn);
    this.turnKey = turnKeyOf(table);
  }

  /**
   * An event. Call it before the event is applied.
   * @param {TableState} table
   * @param {TableEvent} event
   * @param {Viewer} viewer
   */
  note(table, event, viewer) {
    this.viewer = viewer;
    if (event.type === "turn_started") this.turnKey = keyOf(table, event.turn.number);
    const line = spokenOf(table, event, viewer.own);
    if (line) this.add(line);
  }

  /** @param {string} text such as a message in the chat */
  say(text) {
    this.add({ kind: "news", text });
  }

  /** @param {Line} line */
  add(line) {
    this.lines.push(line);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  /** The state is drawn: a player who hears of the own turn finds its buttons and keys. */
  drawn() {
    if (this.lines.some(isUrgent)) this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = undefined;
    announce(gathered(this.lines), { now: this.lines.some(isUrgent) });
    this.lines = [];
  }

  /** Say once in an own turn that it ends soon. */
  tick() {
    const turn = this.ownTurn();
    if (!turn || this.warnedKey === this.turnKey) return;
    const leftMs = turn.deadline_ms - this.now();
    if (leftMs > WARN_MS || leftMs <= 0) return;
    this.warnedKey = this.turnKey;
    announce(said([secondsLeft(leftMs)]), { now: true });
  }

  ownTurn() {
    const turn = this.table?.hand?.turn;
    return turn && turn.seat === this.viewer.own ? turn : null;
  }

  /**
   * What the viewer's cards make, in words.
   * @param {TableState} table
   * @param {number|null} own
   */
  made({ hand }, own) {
    const part = own === null ? null : hand?.seats[own];
    return hand && part && !part.folded ? heldInWords(hand, part) : "";
  }

  /** @param {Question} question */
  ask(question) {
    if (!this.table) return;
    announce(this.answer(question, this.table), { now: true });
  }

  /**
   * @param {Question} question
   * @param {TableState} table
   */
  answer(question, table) {
    const { own, player } = this.viewer;
    if (question === "repeat") return lastAnnounced() || t("speech.nothing");
    if (question === "cards") return said([answer(question, table, own), this.made(table, own)]);
    if (question !== "turn") return answer(question, table, own);
    const turn = this.ownTurn();
    if (!turn || own === null) return said([prompt(table, own, player)]);
    return said([turnLine(table, own)?.text ?? "", secondsLeft(turn.deadline_ms - this.now())]);
  }
}

/** @param {Line} line */
function isUrgent(line) {
  return line.kind === "turn";
}

/** @param {number} ms */
function secondsLeft(ms) {
  return t("speech.seconds", { count: Math.max(0, Math.ceil(ms / 1000)) });
}

/** @param {TableState} table */
function turnKeyOf(table) {
  return table.hand?.turn ? keyOf(table, table.hand.turn.number) : "";
}

/**
 * @param {TableState} table
 * @param {number} turn its number
 */
function keyOf(table, turn) {
  return `${table.id}/${table.hand?.number}/${turn}`;
}

/** @param {TableState} table */
function describeTable(table) {
  const game = gameAt(table);
  const players = table.seats.filter(Boolean).length;
  return said([
    table.name,
    `${gameName(game)} ${describeStakes(table.config, game)}`,
    t("lobby.seats", { players, seats: table.seats.length }),
  ]);
}
