/**
 * Writes a state as the wire format has it, without the fields that have their default: the reverse
 * of `table-read.js`. Fields that are not known are left out.
 */

import { writeConfig } from "./table-config.js";
import {
  newExtras,
  newHand,
  newHandSeat,
  newSeat,
  readBankLine,
  readDeparture,
  readHosting,
  readTurn,
  readWaiter,
} from "./table-read.js";
import { written } from "./written.js";

/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").Hand} Hand */
/** @typedef {import("./written.js").Fields} Fields */

/** The fields of a table that events can change. */
const OF_TABLE = (
  "seq hand_number turns button small_blind big_blind next_hand_at_ms closed last_hand game " +
  "host bots"
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
    extras: table.extras && written(table.extras, [], newExtras()),
    hosting: writeHosting(table.hosting),
    waiting: table.waiting.map((one) => written(one, [], readWaiter({}))),
  };
}

/**
 * @param {import("./table-read.js").Hosting} hosting
 * @returns {Fields}
 */
function writeHosting({ bank, next_config, first_config, ...others }) {
  const lines = bank.map((line) => written(line, [], readBankLine({})));
  const configs = {
    next_config: next_config && writeConfig(next_config),
    first_config: first_config && writeConfig(first_config),
  };
  return written({ ...others, ...configs, bank: lines }, [], readHosting({}));
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
