// Replays hands of all games from the server's answers: one on each line of standard input, with
// how it ended. Prints for each its own seat, its steps and its streets.

import assert from "node:assert/strict";
import { text } from "node:stream/consumers";

import { PastHand } from "../../pokerws/web/model/past-hand.js";
import { useTexts } from "../../pokerws/web/texts/texts.js";
import english from "../../pokerws/web/texts/en.js";

useTexts(english, "en-US");
for (const line of (await text(process.stdin)).trim().split("\n")) {
  const { answer, end } = JSON.parse(line);
  const where = answer.name;
  const hand = new PastHand(answer);
  assert.ok(hand.isWhole(), where);
  const { steps } = hand;
  assert.equal(steps.at(-1)?.end, answer.events.length, where);
  // Each step says something, and all of them together say everything.
  assert.ok(steps.every((step, at) => step.end > (steps[at - 1]?.end ?? 0)), where);
  assert.ok(steps.slice(1).every(({ lines }) => lines.length > 0), where);
  const before = hand.at(0).table;
  const last = hand.at(steps.length - 1);
  // To look at a step changes no other one.
  assert.deepEqual(hand.at(0).table, before, where);
  const seats = last.table.seats.map((seat) => seat && seat.stack);
  assert.deepEqual(seats, end.stacks, where);
  assert.equal(last.table.hand, null, where);
  const shown = last.memory.lastHand;
  assert.deepEqual([shown?.board, shown?.extra_boards], [end.board, end.boards], where);
  assert.deepEqual(shown?.seats.map((seat) => seat?.cards ?? []), end.cards, where);
  const streets = hand.streets().map(({ name }) => name);
  console.log(JSON.stringify({ own: hand.own, steps: steps.length, streets }));
}
