/**
 * Draws at most once an animation frame, however often the state changes. A hidden tab has no
 * frames; there it draws right after the change, so that its title still calls the player.
 */

export class Frame {
  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.frame = 0;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    document.addEventListener("visibilitychange", () => this.moveOn());
  }

  /** Draw in the next frame. */
  request() {
    if (this.frame || this.timer !== undefined) return;
    if (document.hidden) this.timer = setTimeout(() => this.flush());
    else this.frame = requestAnimationFrame(() => this.flush());
  }

  /** Draw now, if it is requested. */
  flush() {
    if (!this.frame && this.timer === undefined) return;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = 0;
    this.timer = undefined;
    this.draw();
  }

  /** The frame that was requested before the tab was hidden would come much later. */
  moveOn() {
    if (document.hidden) this.flush();
  }
}
