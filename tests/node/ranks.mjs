// Prints the best hand of each line of JSON: ranking, fromHole, hole, board.

import { createInterface } from "node:readline";

import { bestHand, nameOf } from "../../pokerws/web/model/cards/ranks.js";

for await (const line of createInterface({ input: process.stdin })) {
  const [ranking, fromHole, hole, board] = JSON.parse(line);
  const made = bestHand(ranking, fromHole, hole, board);
  console.log(JSON.stringify(made && [made.kind, made.ranks, nameOf(ranking, made), made.cards]));
}
