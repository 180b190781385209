/**
 * The log lines of the hands that were played before the page was loaded, from what the server
 * keeps: the events of each hand, narrated as they are when they happen.
 */

import { linesOf } from "../model/past-hand.js";

/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
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
  return hands.flatMap((hand) => (hand ? linesOf(hand.events, hand.config ?? config) : []));
}
