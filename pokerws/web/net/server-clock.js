/**
 * What time it is at the server, by the answers to what was asked. It asks nothing itself.
 */

/** The server's clock, by the answer that came back fastest, on a clock that never jumps. */
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

  /**
   * @param {number} asked when the question was sent, by the local clock
   * @param {number} serverNow the server's time in its answer
   */
  learn(asked, serverNow) {
    const trip = this.local() - asked;
    // A little slack lets newer measurements replace an old one, as clocks drift.
    if (trip > this.bestTripMs * 1.5 + 5) return;
    this.bestTripMs = trip;
    this.offset = serverNow + trip / 2 - this.local();
  }
}
