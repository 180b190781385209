// Which commands the client sends again after its connection broke: those whose names are given.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { Commands } from "../../pokerws/web/client/commands.js";

/** @type {{repeated: string[], once: string[]}} */
const { repeated, once } = JSON.parse(readFileSync(0, "utf8"));

const commands = new Commands({ now: () => 0, transmit: () => {}, later: () => {} });
/** @type {string[]} */
const failed = [];
for (const type of [...once, ...repeated]) {
  commands.send({ type }).catch(() => failed.push(type));
}
commands.rejectUnrepeatable();
await Promise.resolve();
assert.deepEqual(failed, once);
assert.deepEqual(
  commands.unanswered().map(({ type }) => type),
  repeated,
);
