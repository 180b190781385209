/**
 * Checks the page's catalogues of texts against each other and against what the server says, and the
 * texts that are made with them. Usage: texts.mjs GIVEN, where GIVEN is JSON with the server's
 * `codes`, `details` of refusals by code, and `hands` in its words.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MIXES, VARIANTS } from "../../pokerws/web/client/variants.js";
import { avatarColour } from "../../pokerws/web/model/avatar.js";
import { chips, duration, signed } from "../../pokerws/web/model/format.js";
import { gameName, shortGameName, streetName } from "../../pokerws/web/model/games.js";
import { handInWords } from "../../pokerws/web/model/hand-words.js";
import { describeResult } from "../../pokerws/web/model/narration.js";
import { describeRejection } from "../../pokerws/web/model/refusals.js";
import en from "../../pokerws/web/texts/en.js";
import { chooseLanguage, LANGUAGES, listed, placeholdersOf, t, useTexts } from "../../pokerws/web/texts/texts.js";

/** @typedef {Record<string, import("../../pokerws/web/texts/texts.js").Text>} Catalogue */

/** @type {{codes: string[], details: Record<string, any>, hands: string[]}} */
const given = JSON.parse(readFileSync(0, "utf8"));

/** Codes that only a faulty client gets; the server's own text is enough for it. */
const FOR_PROGRAMS = new Set(
  (
    "not_text not_binary not_json not_msgpack not_an_object unknown_type missing_field unknown_field " +
    "wrong_type invalid_value id_conflict hello_first already_greeted unsupported_protocol " +
    "token_missing wrong_player name_missing bad_config cannot_change amount_not_allowed " +
    "cards_not_allowed protected sanction_limit"
  ).split(" "),
);

/** @param {import("../../pokerws/web/texts/texts.js").Text} text */
const formsOf = (text) => (typeof text === "string" ? { other: text } : text);
/** @param {string} form */
const slotsOf = (form) => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

/** @param {string} language @param {Catalogue} catalogue */
function checkCatalogue(language, catalogue) {
  assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort(), `keys of ${language}`);
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  for (const [key, text] of Object.entries(catalogue)) {
    const where = `${language} ${key}`;
    const english = Object.values(formsOf(/** @type {Catalogue} */ (en)[key])).flatMap(slotsOf);
    const own = formsOf(text);
    assert.equal(typeof text, typeof (/** @type {Catalogue} */ (en)[key]), `${where} has no plural`);
    for (const [category, form] of Object.entries(own)) {
      assert(form.trim(), `${where} is empty`);
      // A form for one thing may say so in a word.
      const left = category === "one" ? "count" : "";
      const missing = english.filter((name) => name !== left && !slotsOf(form).includes(name));
      assert.deepEqual(missing, [], where);
      assert.deepEqual(slotsOf(form).filter((name) => !english.includes(name)), [], where);
      assert(pluralCategories.includes(/** @type {any} */ (category)), `${where}: ${category}`);
    }
    if (typeof text === "string") continue;
    // `many` is for millions in some languages, which `other` serves as well.
    for (const category of pluralCategories.filter((one) => one !== "many")) {
      assert(category in own, `${where} has no form for ${category}`);
    }
  }
}

/** @param {string} language */
function checkWords(language) {
  for (const code of [...Object.keys(VARIANTS), ...Object.keys(MIXES)]) {
    for (const name of [gameName(code), shortGameName(code)]) {
      assert(!/[{}_]/.test(name) && !name.includes("game."), `${language} ${code}: ${name}`);
    }
    VARIANTS[code]?.streets.forEach((_, street) => {
      assert(!streetName(code, street).includes("street."), `${language} ${code} ${street}`);
    });
  }
  for (const hand of given.hands) {
    const words = handInWords(hand);
    assert(!/[{}]|rank\.|hand\./.test(words), `${language}: ${words}`);
  }
  for (const code of given.codes.filter((one) => !FOR_PROGRAMS.has(one))) {
    const message = "the server's own text: spam";
    const text = describeRejection(
      Object.assign(new Error(message), { code, details: given.details[code] ?? {} }),
    );
    assert(!/[{}]|refused\./.test(text), `${language} ${code}: ${text}`);
    assert(!text.toLowerCase().startsWith("the server's own"), `${language} has no text for ${code}`);
  }
}

for (const language of Object.keys(LANGUAGES)) {
  const { default: catalogue } = await import(`../../pokerws/web/texts/${language}.js`);
  checkCatalogue(language, catalogue);
  useTexts(catalogue, language);
  checkWords(language);
}

// Each of the server's words for hands is known.
const marked = Object.fromEntries(Object.entries(en).map(([key, text]) => [key, `⟦${text}⟧`]));
useTexts(marked, "en");
for (const hand of given.hands) assert(handInWords(hand).startsWith("⟦"), `no words for ${hand}`);

// The values of a text, and how languages write them.
useTexts(en, "en-US");
assert.equal(t("lobby.people", { count: 1 }), "1 person");
assert.equal(t("lobby.people", { count: 12_345 }), "12,345 people");
assert.deepEqual(placeholdersOf("log.split_with"), ["names", "amount", "hand"]);
assert.equal(t("log.folds", { name: "{amount} $&" }), "{amount} $& folds");
assert.equal(handInWords("full house, kings full of sixes"), "a full house, kings full of sixes");
assert.equal(handInWords("a hand of next year"), "a hand of next year");
assert.equal(gameName("PO/8"), "Pot-limit Omaha hi-lo 8 or better");
assert.equal(shortGameName("PO/8"), "PL Omaha hi-lo");
assert.equal(gameName("XYZ"), "XYZ");
assert.equal(duration(3_900_000), "1 h 5 min");
const award = { names: ["Ann"], amount: 100, hand: "a pair of kings", board: 0 };
assert.deepEqual(
  describeResult([
    { ...award, side: "high" },
    { ...award, side: "low", hand: "8-6-4-3-A low" },
  ]),
  ["Ann wins 200 with a pair of kings and 8-6-4-3-A low"],
);
assert.deepEqual(
  describeResult([{ ...award, names: ["Ann", "Bob"], board: 2, side: "low" }]),
  ["Board 2, low: Ann and Bob split 100 with a pair of kings"],
);
/** @param {string} code @param {object} details */
const refused = (code, details) =>
  describeRejection(Object.assign(new Error("at most 7 cats"), { code, details }));
assert.equal(refused("buy_in_too_small", { min: 2_000 }), "The minimum buy-in is 2,000.");
// Without the value, and without a text, the server's own words are shown.
assert.equal(refused("buy_in_too_small", {}), "At most 7 cats.");
assert.equal(refused("of_a_newer_server", {}), "At most 7 cats.");
assert.equal(
  refused("bad_config", { field: "config.seats", max: 6 }),
  "This game has at most 6 seats.",
);
const { default: de } = await import("../../pokerws/web/texts/de.js");
useTexts(de, "de-DE");
assert.equal(chips(12_345), "12.345");
assert.equal(signed(-5), "−5");
assert.equal(listed(["Ann", "Bob", "Cay"]), "Ann, Bob und Cay");

assert.equal(chooseLanguage("fr", ["de-AT"]), "fr");
assert.equal(chooseLanguage("", ["ru", "pt-PT", "en"]), "pt");
assert.equal(chooseLanguage("tlh", []), "en");

// Each colour of an avatar is about as frequent as the others, whatever the length of the names.
for (const prefix of ["", "player ", "a very long name of a ", "Ünï中"]) {
  const counts = new Array(8).fill(0);
  for (let number = 0; number < 1_000; number += 1) counts[avatarColour(`${prefix}${number}`)] += 1;
  assert(Math.min(...counts) > 80 && Math.max(...counts) < 175, `${prefix}: ${counts}`);
}
console.log("texts hold");
