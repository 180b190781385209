/**
 * Which time of a turn runs, in words, and how much of it is left.
 */

/** @typedef {import("../client/state/table-state.js").Turn} Turn */

/**
 * The tag of the seat to act while more than the time of the turn runs.
 * @type {Record<string, {text: import("../texts/texts.js").TextKey, kind: string}>}
 */
export const TIME_TAGS = {
  bank: { text: "tag.time_bank", kind: "bank" },
  protection: { text: "tag.reconnecting", kind: "absent" },
};

/** Measures what runs of the time of a turn: it is whole again when the time bank begins. */
export class TurnClock {
  constructor() {
    this.key = "";
    this.fromMs = 0;
  }

  /**
   * The part of the time that is left, from 0 to 1.
   * @param {Turn} turn
   * @param {number} now
   * @param {number} bankMs the player's time bank
   */
  left({ number, time, started_ms: startedMs, deadline_ms: deadlineMs }, now, bankMs) {
    const key = `${number}/${time}/${deadlineMs}`;
    if (key !== this.key) {
      this.key = key;
      this.fromMs = { turn: startedMs, bank: deadlineMs - bankMs, protection: now }[time];
    }
    const wholeMs = Math.max(1, deadlineMs - this.fromMs);
    return Math.max(0, Math.min(1, (deadlineMs - now) / wholeMs));
  }
}
