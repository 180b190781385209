/**
 * Prints what is spoken to the viewer of a recorded session, a line for each time that something is
 * said. Everything that one message has is said at once, with `!` before what interrupts. It also
 * checks that no language says a sign of a card, a key, or a card that the viewer may not know.
 * Usage: speech.mjs SESSION, a path below `conformance/sessions`.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { applyEvent, readTable } from "../../pokerws/web/client/state/table-state.js";
import { answer, gathered, QUESTIONS, spokenOf, turnLine } from "../../pokerws/web/model/speech.js";
import { LANGUAGES, useTexts } from "../../pokerws/web/texts/texts.js";

/** @typedef {import("../../pokerws/web/client/state/table-state.js").TableState} TableState */

const SESSIONS = new URL("../../pokerws/web/client/conformance/sessions/", import.meta.url);

/**
 * @param {string} session the text of its file
 * @returns {string[]}
 */
function spokenIn(session) {
  const [about, ...steps] = session.trimEnd().split("\n").map((line) => JSON.parse(line));
  /** @type {TableState|null} */
  let table = null;
  const said = [];
  for (const { in: message } of steps) {
    if (message?.type === "snapshot") table = readTable(message.state);
    if (message?.type !== "events" || !table) continue;
    const lines = [];
    for (const event of message.events) {
      const own = ownSeat(table, about.player);
      lines.push(spokenOf(table, event, own));
      applyEvent(table, event);
    }
    const own = ownSeat(table, about.player);
    const heard = lines.flatMap((line) => line ?? []);
    const isTurn = heard.some(({ kind }) => kind === "turn");
    if (isTurn && own !== null) assert.equal(turnLine(table, own)?.text, heard[heard.length - 1].text);
    if (heard.length) said.push(`${isTurn ? "! " : "  "}${gathered(heard)}`);
    for (const question of isTurn ? QUESTIONS : []) {
      said.push(`    ${question}? ${answer(question, table, own)}`);
    }
  }
  return said;
}

/** @param {TableState} table @param {string} player */
function ownSeat(table, player) {
  const seat = table.seats.findIndex((taken) => taken?.player === player);
  return seat < 0 ? null : seat;
}

const text = await readFile(new URL(process.argv[2], SESSIONS), "utf8");
for (const language of /** @type {import("../../pokerws/web/texts/texts.js").Language[]} */ (
  Object.keys(LANGUAGES).reverse()
)) {
  const { default: catalogue } = await import(`../../pokerws/web/texts/${language}.js`);
  useTexts(catalogue, language);
  for (const line of spokenIn(text)) {
    // The name of a player in the sessions has a sign of its own.
    assert(!/[♠♥♦♣{}_]|undefined|null|\?\?|\b[a-z]+\.[a-z]/.test(line), `${language}: ${line}`);
    if (language === "en") console.log(line);
  }
}
