/**
 * Notices that a connection has died without being closed: a cable was pulled, the computer slept,
 * or the network changed. The server sends something at least every `interval_ms`; a script sees
 * no pings of the WebSocket protocol.
 *
 * Silence is counted in parts, and no clock is read. So after a sleep, or in a hidden tab whose
 * timers are delayed, what has arrived is taken in before it counts as silence.
 */

/** @typedef {import("./messages.js").HeartbeatTimes} HeartbeatTimes */

/**
 * After how many silent parts in a row the server is asked for a sign, and the connection is lost.
 * @typedef {{partMs: number, askAfter: number, lostAfter: number}} Pace
 */

/** For servers that send no heartbeats: their answers to pings are waited for. */
const TIMEOUT_MS = 20_000;
/** The time-out has so many parts. */
const PARTS = 5;
/** While it matters, the line is asked after a silence of 2 s, and has 3 s to answer. */
const CLOSE = { partMs: 1_000, askAfter: 2, lostAfter: 5 };
/** The server is also asked now and then, since its answer measures the clock. */
const ASK_EVERY = 15 * PARTS;
/** How long a check waits for the answer. */
const CHECK_MS = 2_500;

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
    this.isClose = false;
    /** @type {Pace} */
    this.calm = this.close = CLOSE;
  }

  /** @param {HeartbeatTimes|null|undefined} times of the server's welcome */
  start(times) {
    this.stop();
    const partMs = (times?.timeout_ms ?? TIMEOUT_MS) / PARTS;
    this.calm = { partMs, askAfter: PARTS - 2, lostAfter: PARTS - 1 };
    this.close = { ...CLOSE, partMs: Math.min(partMs, CLOSE.partMs) };
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

  /**
   * Notice silence sooner from now on, or no more. The server then has more pings to answer.
   * @param {boolean} close
   */
  watchClosely(close) {
    if (close === this.isClose) return;
    this.isClose = close;
    if (this.timer !== undefined) this.count(0);
  }

  /** The network may have changed: ask now, and do not wait for long. */
  check() {
    if (this.timer === undefined) return;
    this.count(this.pace().lostAfter - 1, Math.min(CHECK_MS, this.calm.partMs));
    this.ask();
  }

  pace() {
    return this.isClose ? this.close : this.calm;
  }

  /**
   * @param {number} silent how many parts in a row were silent
   * @param {number} [partMs] the length of the next part
   */
  count(silent, partMs = this.pace().partMs) {
    this.silent = silent;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.partOver(), partMs);
  }

  partOver() {
    const { askAfter, lostAfter } = this.pace();
    const silent = this.silent + 1;
    if (silent >= lostAfter) {
      this.stop();
      this.lost();
      return;
    }
    this.count(silent);
    this.parts += 1;
    if (silent === askAfter || this.parts % ASK_EVERY === 0) this.ask();
  }
}
