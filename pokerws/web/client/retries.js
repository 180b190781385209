/**
 * When to try to connect again: exponential back-off with jitter, but never before the time that
 * the server has asked for.
 */

const FIRST_MS = 250;
/** With what connecting takes, a page is back within five seconds of the server's return. */
const LONGEST_MS = 4_500;
/** Of failures in a row, so many are tried with a socket; from then on the server is asked first. */
const BLIND_TRIES = 1;
/** A server that restarts is soon back: for so long pauses are a third of this up to this. */
const SOON_FOR_MS = 10_000;
const SOON_LONGEST_MS = 750;
/** Such a server may tell when to try first. It is not believed more than this. */
const TOLD_LONGEST_MS = 10_000;

export class Retries {
  /** @param {() => number} now the local clock */
  constructor(now) {
    this.now = now;
    this.failures = 0;
    this.heldUntilMs = this.soonUntilMs = -Infinity;
    /** @type {number|undefined} */
    this.toldMs = undefined;
    this.isTold = false;
  }

  /** The connection has lasted. */
  reset() {
    this.failures = 0;
  }

  /**
   * The server is about to restart, and says how long to wait after this connection's end. What is
   * no such time is ignored, and a long one shortened.
   * @param {unknown} pauseMs
   */
  told(pauseMs) {
    const isSound = typeof pauseMs === "number" && Number.isFinite(pauseMs) && pauseMs >= 0;
    this.toldMs = isSound ? Math.min(pauseMs, TOLD_LONGEST_MS) : undefined;
  }

  /** The server restarts; that is believed once, until a connection has lasted again. */
  restarting() {
    if (!this.failures) this.soonUntilMs = this.now() + SOON_FOR_MS;
    this.isTold = this.toldMs !== undefined;
    if (this.toldMs !== undefined) this.hold(this.toldMs);
  }

  /**
   * The server asks not to be tried for a while.
   * @param {number} pauseMs
   */
  hold(pauseMs) {
    this.heldUntilMs = this.now() + pauseMs;
  }

  /** @returns {boolean} whether the server may be tried before the pause is over */
  areFree() {
    return this.now() >= this.heldUntilMs;
  }

  /** @returns {boolean} whether to ask if the server is there before a socket is opened */
  areProbed() {
    return this.failures > BLIND_TRIES;
  }

  /**
   * Count a failure. Half of the pause is random, and so is what comes on top of a pause that the
   * server asked for: all its clients were told the same. When it restarts, each is told another
   * pause; it is kept as it is, and makes none shorter if the restart is not believed.
   * @param {number} [shortestMs]
   * @returns {number} the pause before the next attempt
   */
  pauseMs(shortestMs = 0) {
    const isSoon = this.now() < this.soonUntilMs;
    const { isTold } = this;
    const isBelieved = isTold && !this.failures;
    this.toldMs = undefined;
    this.isTold = false;
    const longestMs = isSoon ? SOON_LONGEST_MS : Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.failures = isSoon ? Math.min(this.failures + 1, 2) : this.failures + 1;
    const leastShare = isSoon ? 1 / 3 : 1 / 2;
    const pauseMs = longestMs * (leastShare + (1 - leastShare) * Math.random());
    const heldMs = Math.max(0, this.heldUntilMs - this.now());
    if (isTold) return isBelieved ? heldMs : Math.max(heldMs, pauseMs);
    return heldMs ? heldMs + pauseMs : Math.max(shortestMs, pauseMs);
  }
}
