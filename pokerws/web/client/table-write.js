/**
 * Writes a state as the wire format has it, without the fields that have their default: the reverse
 * of `table-read.js`. Fields that are not known are left out.
 */

import { newHand, newHandSeat, newSeat, readDeparture, readTurn, readWaiter } from "./table-read.js";

/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {{[name: string]: any}} Fields */

/** The fields of a table that events can change. */
const OF_TABLE = (
  "seq hand_number turns button small_blind big_blind next_hand_at_ms closed last_hand game"
).split(" ");
const OF_HAND = "number order deck min_bet".split(" ");
const OF_TURN = "seat number actions call min_to max_to started_ms deadline_ms".split(" ");

/**
 * The state without the table's id, name and config.
 * @param {TableState} table
 * @returns {Fields}
 */
export function writeState(table) {
  return {
    ...written(table, OF_TABLE, {}),
    seats: table.seats.map((seat) => seat && writeSeat(seat)),
    hand: table.hand && writeHand(table.hand),
    departed: table.departed.map((gone) => written(gone, [], readDeparture({}))),
    waiting: table.waiting.map((one) => written(one, [], readWaiter({}))),
  };
}

/**
 * @param {import("./table-read.js").Seat} seat
 * @returns {Fields}
 */
function writeSeat({ auto, ...others }) {
  const fields = written(others, [], newSeat({}));
  if (auto) fields.auto = written(auto, [], { top_up_to: 0, rebuy_to: 0, left: null });
  return fields;
}

/**
 * @param {Hand} hand
 * @returns {Fields}
 */
function writeHand(hand) {
  const { turn, ...others } = hand;
  return {
    ...written(others, OF_HAND, newHand()),
    seats: hand.seats.map((seat) => seat && written(seat, [], newHandSeat())),
    ...(turn && { turn: written(turn, OF_TURN, readTurn({})) }),
  };
}

/**
 * The required fields, and those that differ from their default.
 * @param {Fields} object
 * @param {string[]} required
 * @param {Fields} defaults
 * @returns {Fields}
 */
function written(object, required, defaults) {
  /** @type {Fields} */
  const fields = {};
  for (const name of required) fields[name] = object[name];
  for (const [name, value] of Object.entries(defaults)) {
    const given = object[name];
    const isEmptyList = Array.isArray(value) && given?.length === 0;
    if (given !== undefined && given !== value && !isEmptyList) fields[name] = given;
  }
  return fields;
}
