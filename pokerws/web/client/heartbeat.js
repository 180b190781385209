/**
 * Notices that a connection has died without being closed: a cable was pulled, the computer slept,
 * or the network changed. The server sends something at least every `interval_ms`; a script sees
 * no pings of the WebSocket protocol.
 *
 * Silence is counted in parts of `timeout_ms`, and no clock is read. So after a sleep, or in a
 * hidden tab whose timers are delayed, what has arrived is taken in before it counts as silence.
 */

/** @typedef {import("./messages.js").HeartbeatTimes} HeartbeatTimes */

/** For servers that send no heartbeats: their answers to pings are waited for. */
const TIMEOUT_MS = 20_000;
/** The connection is lost when it was silent in all parts but one. */
const PARTS = 5;
const LOST_AFTER = PARTS - 1;
/** Before that, the server is asked for a sign. */
const ASK_AFTER = PARTS - 2;
/** It is also asked now and then, since its answer measures the clock. */
const ASK_EVERY = 15 * PARTS;

export class Heartbeat {
  /**
   * @param {() => void} ask sends a message that the server answers
   * @param {() => void} lost called when the connection is dead
   */
  constructor(ask, lost) {
    this.ask = ask;
    this.lost = lost;
    this.silent = 0;
    this.parts = 0;
  }

  /** @param {HeartbeatTimes|null|undefined} times of the server's welcome */
  start(times) {
    this.stop();
    this.partMs = (times?.timeout_ms ?? TIMEOUT_MS) / PARTS;
    this.count(0);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Something was received. */
  heard() {
    this.silent = -1;
  }

  /** The network may have changed: ask now, and wait for no more than one part. */
  check() {
    if (this.timer === undefined) return;
    this.count(LOST_AFTER - 1);
    this.ask();
  }

  /** @param {number} silent how many parts in a row were silent */
  count(silent) {
    this.silent = silent;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.partOver(), this.partMs);
  }

  partOver() {
    const silent = this.silent + 1;
    if (silent >= LOST_AFTER) {
      this.stop();
      this.lost();
      return;
    }
    this.count(silent);
    this.parts += 1;
    if (silent === ASK_AFTER || this.parts % ASK_EVERY === 0) this.ask();
  }
}
