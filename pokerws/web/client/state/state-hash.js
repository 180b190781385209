/**
 * The hash of a table's state, with which a client notices that it has applied an event wrongly.
 * The document of the protocol defines it ("Checking the state").
 */

import { writeState } from "./table-write.js";

/** @typedef {import("./table-read.js").TableState} TableState */

const UNKNOWN = "??";

/**
 * @param {TableState} table
 * @param {string|null|undefined} player the viewer's id; without one, the viewer is a spectator
 * @returns {string} 10 decimal digits
 */
export function stateHash(table, player) {
  const own = player ? table.seats.findIndex((seat) => seat?.player === player) : -1;
  const { state, cards } = hideCards(writeState(table), own);
  const bytes = new TextEncoder().encode(canonicalJson(state) + canonicalJson(cards));
  return String(crc32(bytes)).padStart(10, "0");
}

/** Compares the state with the hashes that the server sends. */
export class StateCheck {
  constructor() {
    /** Whether the hashes can be compared. */
    this.active = false;
  }

  /**
   * Begin with the state of a snapshot. If its own hash differs, then the server is newer and has
   * fields in the state that are unknown here, so that no hash can be compared.
   * @param {TableState} table
   * @param {string|null|undefined} player
   * @param {string|null|undefined} expected the `state_hash` of the snapshot
   */
  begin(table, player, expected) {
    this.active = expected ? stateHash(table, player) === expected : false;
  }

  /**
   * @param {TableState} table after all events of a message
   * @param {string|null|undefined} player
   * @param {string|null|undefined} expected the `state_hash` of the message, if it has one
   * @returns {boolean} false if the state is wrong
   */
  holds(table, player, expected) {
    return !this.active || !expected || stateHash(table, player) === expected;
  }
}

/**
 * Hide the cards that not all viewers see.
 * @param {{[name: string]: any}} state as on the wire
 * @param {number} own the viewer's seat, or -1
 * @returns {{state: object, cards: string[]}} the state, and the cards that the viewer alone sees
 */
function hideCards({ hand, last_hand: last, ...others }, own) {
  /** @type {string[]} */
  let cards = [];
  /**
   * @param {string[]} given
   * @param {number} seat
   */
  const hidden = (given, seat) => {
    if (seat === own) cards = given;
    return given.map(() => UNKNOWN);
  };
  if (hand) {
    const seats = hand.seats.map((/** @type {any} */ part, /** @type {number} */ seat) =>
      part?.cards && !part.shown ? { ...part, cards: hidden(part.cards, seat) } : part,
    );
    hand = { ...hand, seats };
  }
  if (last) {
    const all = last.cards.map((/** @type {string[]} */ given, /** @type {number} */ seat) =>
      last.shown.includes(seat) ? given : hidden(given, seat),
    );
    last = { ...last, cards: all };
  }
  return { state: { ...others, hand, last_hand: last }, cards };
}

/**
 * The shortest JSON, with the members of objects sorted by name.
 * @param {any} value
 * @returns {string}
 */
export function canonicalJson(value) {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort();
  const members = names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(",")}}`;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * The checksum of zlib, gzip and PNG.
 * @param {Uint8Array} bytes
 * @returns {number}
 */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}
