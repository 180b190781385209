#!/usr/bin/env node
/**
 * Runs the sessions of the conformance kit with the package's own view of a table. It prints a line
 * for each session that differs, and exits with 1 if there is one.
 *
 *     node run.mjs [PART_OF_A_NAME]
 */

import { readFile } from "node:fs/promises";
import { stateHash, TableView } from "../index.js";
import { writeState } from "../state/table-write.js";

/** @typedef {{type: string} & Record<string, any>} Message */

/** Stands for a connection: it keeps the `watch` commands, and passes on what a session has. */
class Connection {
  /** @param {string} player */
  constructor(player) {
    this.state = "online";
    this.welcome = { player };
    /** @type {object[]} the fields of each `watch`, beside type and table */
    this.asked = [];
    /** @type {((answer: Message) => void)[]} called with the answers to come */
    this.waiting = [];
    /** @type {Map<string, ((value: any) => void)[]>} */
    this.handlers = new Map();
  }

  /**
   * @param {string} type
   * @param {(value: any) => void} handler
   */
  on(type, handler) {
    this.handlers.set(type, [...(this.handlers.get(type) ?? []), handler]);
    return () => {};
  }

  /**
   * @param {Message} command
   * @param {(answer: Message) => void} onAccepted
   */
  request({ type, table, ...fields }, onAccepted) {
    if (type !== "watch") throw new Error(`${type} of ${table} is not part of a session`);
    this.asked.push(fields);
    return new Promise((resolve) => {
      this.waiting.push((answer) => {
        onAccepted(answer);
        resolve(answer);
      });
    });
  }

  /**
   * @param {string} type
   * @param {any} value
   */
  emit(type, value) {
    for (const handler of this.handlers.get(type) ?? []) handler(value);
  }

  /** @param {Message} message */
  receive(message) {
    if (message.type === "accepted") this.waiting.shift()?.(message);
    else this.emit(message.type, message);
  }
}

/**
 * @param {string} text the file of a session
 * @returns {Promise<string|null>} the first difference
 */
async function differenceIn(text) {
  const [about, ...steps] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const connection = new Connection(about.player);
  const view = new TableView(/** @type {any} */ (connection), about.table, { onProblem: () => {} });
  for (const [index, step] of steps.entries()) {
    connection.asked = [];
    if (!step.connect) connection.receive(step.in);
    else if (index === 0) view.open();
    else connection.emit("welcome", connection.welcome);
    await settled();
    const found = difference(view, connection.asked, step.then, about.player);
    if (found) return `${about.session}, line ${index + 2}: ${found}`;
  }
  return null;
}

/** Let promises that are resolved already call what waits for them. */
function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * @param {TableView} view
 * @param {object[]} asked
 * @param {any} then what the session says
 * @param {string} player
 * @returns {string|null}
 */
function difference(view, asked, then, player) {
  const expected = then.watch ? [then.watch] : [];
  if (!isSame(asked, expected)) return `asked ${text(asked)} instead of ${text(expected)}`;
  if (then.seq === undefined) return null;
  if (!view.table) return "there is no state";
  const { seq } = view.table;
  const known = { epoch: view.epoch, seq, state_hash: stateHash(view.table, player) };
  const { state, ...right } = then;
  if (!isSame(known, right)) return `knows ${text(known)} instead of ${text(right)}`;
  const own = writeState(view.table);
  return !state || isSame(own, state) ? null : `has ${text(own)} instead of ${text(state)}`;
}

/**
 * @param {any} one
 * @param {any} other
 * @returns {boolean} whether both are the same JSON; the order of members does not matter
 */
function isSame(one, other) {
  if (one === null || other === null || typeof one !== "object") return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]));
}

/** @param {any} value */
function text(value) {
  return JSON.stringify(value);
}

const wanted = process.argv[2] ?? "";
const index = await readFile(new URL("sessions.txt", import.meta.url), "utf8");
const names = index.split("\n").filter((name) => name && name.includes(wanted));
let differing = 0;
for (const name of names) {
  const found = await differenceIn(await readFile(new URL(name, import.meta.url), "utf8"));
  if (found) console.log(found);
  differing += found ? 1 : 0;
}
console.log(`${names.length - differing} of ${names.length} sessions conform`);
process.exitCode = differing || !names.length ? 1 : 0;
