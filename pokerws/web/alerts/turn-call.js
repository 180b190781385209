/**
 * Calls the player by the page's title and icon, which are seen in the list of tabs. The title
 * alternates once a second, which also a hidden tab may do, and both are restored afterwards.
 */

const BLINK_MS = 1_000;
const ICON = new URL("../favicon.svg", import.meta.url).href;
const CALLING_ICON = new URL("../favicon-turn.svg", import.meta.url).href;

export class TurnCall {
  constructor() {
    this.title = document.title;
    /** Empty while nobody is called. */
    this.words = "";
    /** @type {ReturnType<typeof setInterval>|undefined} */
    this.timer = undefined;
    this.odd = false;
  }

  /** @param {string} title of the page while nobody is called */
  setTitle(title) {
    this.title = title;
    this.show();
  }

  /** @param {string} words instead of the title; empty to end the call */
  call(words) {
    if (words === this.words) return;
    const isNew = !this.words;
    this.words = words;
    if (words && isNew) {
      this.odd = false;
      this.timer = setInterval(() => {
        this.odd = !this.odd;
        this.show();
      }, BLINK_MS);
    }
    if (!words) clearInterval(this.timer);
    setIcon(words ? CALLING_ICON : ICON);
    this.show();
  }

  show() {
    const title = this.words && !this.odd ? this.words : this.title;
    if (document.title !== title) document.title = title;
  }
}

/** @param {string} address */
function setIcon(address) {
  const link = /** @type {HTMLLinkElement|null} */ (document.querySelector('link[rel="icon"]'));
  if (link && link.href !== address) link.href = address;
}
