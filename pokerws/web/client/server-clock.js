/**
 * An estimate of the server's time from timed requests. It sends none itself.
 */

/** Estimates the clock offset from the fastest round trip, on a monotonic local clock. */
export class ServerClock {
  constructor() {
    this.offset = Date.now() - performance.now();
    this.bestTripMs = Infinity;
  }

  local() {
    return performance.now();
  }

  now() {
    return this.local() + this.offset;
  }

  /** The next measurement counts, however slow: a clock that slept is wrong. */
  forget() {
    this.bestTripMs = Infinity;
  }

  /**
   * @param {number} askedMs when the request was sent, by the local clock
   * @param {number} serverNowMs the server's time in its answer
   */
  learn(askedMs, serverNowMs) {
    const tripMs = this.local() - askedMs;
    // Slightly slower measurements are accepted too, because clocks drift.
    if (tripMs > this.bestTripMs * 1.5 + 5) return;
    this.bestTripMs = tripMs;
    this.offset = serverNowMs + tripMs / 2 - this.local();
  }
}
