/** The list of the page's keys. */

import { t } from "../texts/texts.js";
import { make } from "../ui/dom.js";

/** Keys, and the texts of what they do. */
const KEYS = /** @type {const} */ ([
  [["F"], "keys.fold"],
  [["C", "K"], "keys.check"],
  [["R"], "keys.raise"],
  [["T"], "keys.raise_big"],
  [["B"], "keys.bring_in"],
  [["P"], "keys.stand_pat"],
  [["D"], "keys.draw"],
  [["1", "9"], "keys.numbers"],
  [["H"], "ask.cards"],
  [["O"], "ask.board"],
  [["M"], "ask.pot"],
  [["S"], "ask.stacks"],
  [["W"], "ask.turn"],
  [["L"], "ask.repeat"],
  [["⇧ 1", "⇧ 9"], "keys.tables"],
  [["?"], "keys.list"],
]);

export function keyList() {
  const lines = KEYS.map(([names, text]) =>
    make("div", {}, make("dt", {}, ...names.map((name) => make("kbd", { text: name }))), make("dd", { text: t(text) })),
  );
  return make("dl", { class: "keys" }, ...lines);
}
