/**
 * The log lines of the hands that were played before the page was loaded, from what the server
 * keeps: the events of each hand, narrated as they are when they happen.
 */

import { applyEvent } from "../client/state/table-state.js";
import { newSeat, readTable } from "../client/state/table-read.js";
import { describeEvent } from "../model/narration.js";

/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {{text: string, type: string}} LogLine with the type of its event */

const HANDS = 3;

/**
 * The lines of the last finished hands, the oldest first. A hand that the server no longer has, or
 * does not show to this viewer, is left out.
 * @param {TableState} table as the page knows it first
 * @param {(message: Message) => Promise<Message>} send
 * @returns {Promise<LogLine[]>}
 */
export async function pastLines(table, send) {
  const { config } = table;
  const last = table.hand ? table.hand_number - 1 : table.hand_number;
  const numbers = Array.from({ length: HANDS }, (_, at) => last - HANDS + 1 + at);
  const answers = numbers
    .filter((number) => number > 0)
    .map((hand) => send({ type: "get_hand", hand, format: "json" }).catch(() => null));
  const hands = await Promise.all(answers);
  return hands.flatMap((hand) => (hand ? linesOf(hand.events, config) : []));
}

/**
 * @param {TableEvent[]} events of one hand
 * @param {TableState["config"]} config
 * @returns {LogLine[]}
 */
export function linesOf(events, config) {
  const table = tableBefore(events[0], config);
  /** @type {LogLine[]} */
  const lines = [];
  for (const event of events) {
    try {
      const text = describeEvent(table, event);
      if (text) lines.push({ text, type: event.type });
      applyEvent(table, event);
    } catch {
      // It is about a player without cards, of whom a hand's events do not tell enough.
    }
  }
  return lines;
}

/**
 * The table as it was before a hand, as far as its log lines need it.
 * @param {TableEvent} started the first event of the hand
 * @param {TableState["config"]} config
 * @returns {TableState}
 */
function tableBefore({ order, names = [], stacks = [] }, config) {
  /** @type {(object|null)[]} */
  const seats = Array(config.seats).fill(null);
  order.forEach((/** @type {number} */ number, /** @type {number} */ at) => {
    if (names[at]) seats[number] = newSeat({ player: "", name: names[at], stack: stacks[at] });
  });
  return readTable({ config, seats, hand: null, last_hand: null, game: null, seq: 0, turns: 0 });
}
