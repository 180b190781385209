/**
 * Questions to a seated player, one at a time and never during the own turn: whether to straddle, and
 * how often to run the board when all are all-in: it is then dealt at once, so that is asked before.
 * Both can be changed later beside the seat's buttons.
 */

import { storageKey } from "../../net/folder.js";
import { tabStorage } from "../../net/storage.js";
import { t } from "../../texts/texts.js";
import { byId, make, setText } from "../../ui/dom.js";
import { showRejection } from "../../ui/toast.js";

/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../../client/protocol.js").Message} Message */
/** @typedef {import("../../client/state/table-state.js").TableState} TableState */
/**
 * @typedef {object} Question
 * @property {string} key different from those of other questions
 * @property {string} text
 * @property {{text: string, message: Message|null}[]} answers nothing is sent for what is so anyway
 */

const ASKED = storageKey("asked");

export class Questions {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    this.shown = "";
    /** Answered questions. @type {Record<string, boolean>} */
    this.answered = tabStorage.readObject(ASKED);
    /** @type {Scene|null} */
    this.scene = null;
  }

  /** @param {Scene} scene */
  render(scene) {
    this.scene = scene;
    const { table, own, live, memory } = scene;
    if (own === null) this.forget(table.id);
    // What is won, or the choice of a game, is in the same place.
    const isTold = memory.awards.length > 0 || !byId("choice").hidden;
    const isMine = table.hand?.turn != null && table.hand.turn.seat === own;
    const asked = live && own !== null && !isMine && !isTold ? questionsFor(table, own) : [];
    const question = asked.find(({ key }) => !this.answered[key]) ?? null;
    const key = question?.key ?? "";
    byId("waiting").toggleAttribute("data-asked", question !== null);
    if (key === this.shown) return;
    this.shown = key;
    byId("question").hidden = question === null;
    setText(byId("question-text"), question?.text ?? "");
    byId("question-answers").replaceChildren(...(question ? this.buttonsOf(question) : []));
  }

  /** @param {Question} question */
  buttonsOf({ key, answers }) {
    return answers.map(({ text, message }) => {
      const answer = () => {
        this.answered[key] = true;
        tabStorage.writeObject(ASKED, this.answered);
        if (message) this.send(message).catch(showRejection);
        if (this.scene) this.render(this.scene);
      };
      return make("button", { type: "button", class: "small", text, onclick: answer });
    });
  }

  /**
   * The questions are new to a player who sits down again.
   * @param {string} table
   */
  forget(table) {
    const old = Object.keys(this.answered).filter((key) => key.startsWith(`${table}/`));
    if (!old.length) return;
    for (const key of old) delete this.answered[key];
    tabStorage.writeObject(ASKED, this.answered);
  }
}

/**
 * @param {TableState} table
 * @param {number} own
 * @returns {Question[]}
 */
function questionsFor(table, own) {
  const { id, hand, config } = table;
  const { straddle, run_it: most } = config.house;
  const seat = table.seats[own];
  if (!seat || seat.leaving || seat.sitting_out) return [];
  const questions = [];
  const runs = {
    text: t("question.run_it"),
    answers: Array.from({ length: most }, (_, at) => ({
      text: t(/** @type {import("../../texts/texts.js").TextKey} */ (`table.run_it.${at + 1}`)),
      message: at + 1 === seat.run_it ? null : { type: "run_it", times: at + 1 },
    })),
  };
  // Now it matters, whatever was answered before.
  if (most > seat.run_it && isAllIn(table, own)) {
    const text = t("question.run_it_now");
    questions.push({ ...runs, text, key: `${id}/run_it/${hand?.number}` });
  }
  if (straddle !== "none" && !seat.straddle) {
    questions.push({
      key: `${id}/straddle`,
      text: t(`question.straddle.${straddle}`),
      answers: [
        { text: t("table.straddle"), message: { type: "straddle", on: true } },
        { text: t("question.no"), message: null },
      ],
    });
  }
  if (most > 1 && seat.run_it === 1) questions.push({ ...runs, key: `${id}/run_it` });
  return questions;
}

/**
 * Whether the player is all-in, and others are still to act.
 * @param {TableState} table
 * @param {number} own
 */
function isAllIn({ hand, seats }, own) {
  const part = hand?.seats[own];
  return Boolean(hand?.turn && part && !part.folded && seats[own]?.stack === 0);
}
