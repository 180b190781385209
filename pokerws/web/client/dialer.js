/**
 * Decides when a socket is opened: at once, or after a pause, or as soon as the server answers a
 * request over HTTP. Firefox holds back sockets to where some have failed, for up to a minute; so
 * after failures none is opened until the server is known to be there.
 */

import { Retries } from "./retries.js";

export class Dialer {
  /**
   * @param {object} connection
   * @param {() => number} connection.now the local clock
   * @param {() => void} connection.open opens a socket; it may throw
   * @param {(failures: number, error?: unknown) => void} connection.failed called at each failure
   * @param {() => Promise<boolean>} [connection.probe] whether the server answers over HTTP
   */
  constructor({ now, open, failed, probe }) {
    this.open = open;
    this.failed = failed;
    this.probe = probe;
    this.retries = new Retries(now);
    /** @type {ReturnType<typeof setTimeout>|undefined} of the next attempt */
    this.timer = undefined;
    /** @type {object|undefined} the probe whose answer is awaited */
    this.asked = undefined;
  }

  /** Forget the next attempt. */
  stop() {
    clearTimeout(this.timer);
    this.timer = this.asked = undefined;
  }

  /** Open a socket; after failures, as soon as the server answers. */
  dial() {
    this.stop();
    if (this.probe && this.retries.areProbed()) this.ask(this.probe);
    else this.openNow();
  }

  /** @param {number} [shortestMs] the minimum pause */
  dialLater(shortestMs) {
    this.stop();
    this.timer = setTimeout(() => this.dial(), this.retries.pauseMs(shortestMs));
  }

  /** Do not wait for the next attempt, unless the server has asked for the pause. */
  dialNow() {
    if (this.timer !== undefined && this.retries.areFree()) this.dial();
  }

  openNow() {
    this.stop();
    try {
      this.open();
    } catch (error) {
      // The browser's policy does not allow it, or the address is none.
      this.dialLater();
      this.failed(this.retries.failures, error);
    }
  }

  /**
   * Ask, and ask again after a pause, whatever has become of this.
   * @param {() => Promise<boolean>} probe
   */
  ask(probe) {
    this.dialLater();
    const asked = (this.asked = {});
    const failed = () => {
      if (asked === this.asked) this.failed(this.retries.failures);
    };
    probe().then((isThere) => {
      if (!isThere) failed();
      else if (asked === this.asked) this.openNow();
    }, failed);
  }
}
