/** Checks how lines that come at once are said in one. */

import assert from "node:assert/strict";
import { gathered, spokenOf } from "../../pokerws/web/model/speech.js";
import en from "../../pokerws/web/texts/en.js";
import { useTexts } from "../../pokerws/web/texts/texts.js";

/** @typedef {import("../../pokerws/web/model/speech.js").Line} Line */

useTexts(en, "en-US");

/** @param {string} name @returns {Line} */
const fold = (name) => ({
  kind: "action",
  text: `${name} folds`,
  merge: { key: "speech.fold", name, amount: "" },
});
/** @param {string} text @param {Line["kind"]} [kind] @returns {Line} */
const line = (text, kind = "action") => ({ kind, text });

assert.equal(gathered([fold("Ann"), fold("Bob"), fold("Cay")]), "Ann, Bob, and Cay fold.");
assert.equal(gathered([fold("Ann"), line("Bob bets 20")]), "Ann folds. Bob bets 20.");
// Of ten actions the last ones are said, and nothing of importance is lost.
const bets = Array.from({ length: 10 }, (_, at) => line(`Bot ${at} bets ${at}`));
assert.equal(
  gathered([line("Flop: an ace", "table"), ...bets, line("Ann is back", "news")]),
  "Flop: an ace. Bot 7 bets 7. Bot 8 bets 8. Bot 9 bets 9. Ann is back.",
);
// The own turn says the cards again, so they are left out before it.
assert.equal(
  gathered([line("Flop: an ace", "table"), fold("Ann"), line("Your turn", "turn")]),
  "Ann folds. Your turn.",
);
assert.equal(gathered([]), "");

const part = { cards: ["As"], up: [], folded: false, bet: 0, in_pots: 0 };
/** @param {(object|null)[]} seats @returns {any} */
const tableOf = (seats) => ({
  seats: [{ name: "Ann", stack: 1 }, { name: "Bob", stack: 1 }],
  hand: { seats, pots: [], board: [], extra_boards: [], dead: 0 },
});
const folds = { type: "folded", seat: 1 };
assert.equal(spokenOf(tableOf([part, part]), folds, 0)?.text, "Bob folds");
// Who does not play the hand hears its cards and its end only.
assert.equal(spokenOf(tableOf([{ ...part, folded: true }, part]), folds, 0), null);
assert.equal(spokenOf(tableOf([part, part]), folds, null), null);
console.log("gathering holds");
