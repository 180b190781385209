/**
 * The side panel with the hand log and the chat. On small screens it is a sheet that opens, and the
 * last lines of the log are shown in place of the action bar.
 */

import { byId, make, setText } from "../ui/dom.js";
import { showRejection } from "../ui/toast.js";

/** @typedef {import("../client/protocol.js").Message} Message */

const MOST_LINES = 300;
const TICKER_LINES = 3;

export class Panel {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    this.unread = 0;
    /** @type {{text: string, style: string}[]} lines of the log that are not drawn yet */
    this.pending = [];
    this.logList = new LineList(byId("log"));
    this.chatList = new LineList(byId("chat"));
    byId("chat-form").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.sendChat();
    });
    byId("panel-toggle").addEventListener("click", () => this.open(!this.isOpen()));
    byId("panel-close").addEventListener("click", () => this.open(false));
    byId("panel").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.open(false);
    });
  }

  clear() {
    this.pending = [];
    for (const id of ["log", "chat", "ticker"]) byId(id).replaceChildren();
    this.open(false);
  }

  isOpen() {
    return byId("panel").classList.contains("open");
  }

  /** @param {boolean} open */
  open(open) {
    // Closed, the sheet has no place for the focus, which would fall to the body.
    const leaves = !open && this.isOpen() && byId("panel").contains(document.activeElement);
    byId("panel").classList.toggle("open", open);
    if (leaves) byId("panel-toggle").focus();
    byId("panel-toggle").setAttribute("aria-expanded", String(open));
    if (open) for (const list of [this.logList, this.chatList]) list.scrollToEnd();
    this.showUnread(0);
  }

  /**
   * @param {string} text
   * @param {string} [style]
   */
  log(text, style = "") {
    this.pending.push({ text, style });
    if (this.pending.length > MOST_LINES) this.pending.shift();
  }

  /** Draw the lines that came since the last frame. */
  flush() {
    if (!this.pending.length) return;
    const lines = this.pending.map(({ text, style }) => make("li", { text, class: style }));
    const last = this.pending.slice(-TICKER_LINES);
    this.pending = [];
    this.logList.add(lines);
    const ticker = byId("ticker");
    ticker.append(...last.map(({ text, style }) => make("li", { text, class: style })));
    while (ticker.children.length > TICKER_LINES) ticker.firstElementChild?.remove();
  }

  /**
   * Put lines of before above those that are shown.
   * @param {{text: string, style: string}[]} lines
   */
  logBefore(lines) {
    const items = lines.map(({ text, style }) => make("li", { text, class: style }));
    const list = byId("log");
    const room = Math.max(0, MOST_LINES - list.children.length);
    // What is read already must not move, and is not announced.
    const fromEnd = list.scrollHeight - list.scrollTop;
    list.prepend(...items.slice(Math.max(0, items.length - room)));
    list.scrollTop = list.scrollHeight - fromEnd;
  }

  /**
   * @param {string} name
   * @param {string} text
   * @param {boolean} own
   */
  chat(name, text, own) {
    this.chatList.add([chatLine(name, text, own)]);
    if (!own && !this.isOpen()) this.showUnread(this.unread + 1);
  }

  /**
   * Show the latest lines in place of those that are shown.
   * @param {{player: string, name: string, text: string}[]} lines
   * @param {string} [own] the player's id
   */
  showHistory(lines, own) {
    const shown = lines.map(({ player, name, text }) => chatLine(name, text, player === own));
    byId("chat").replaceChildren(...shown.slice(-MOST_LINES));
    this.chatList.scrollToEnd();
  }

  /** @param {number} count */
  showUnread(count) {
    this.unread = count;
    byId("unread").hidden = !count;
    setText(byId("unread"), count ? String(count) : "");
  }

  async sendChat() {
    const input = byId("chat-input");
    const text = input.value.trim();
    if (!text) return;
    byId("chat-send").disabled = true;
    try {
      await this.send({ type: "chat", text });
      input.value = "";
    } catch (error) {
      showRejection(/** @type {any} */ (error));
    } finally {
      byId("chat-send").disabled = false;
    }
  }
}

/** A list that stays at its end while lines are added, unless the reader has scrolled up. */
class LineList {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    this.atEnd = true;
    // Asking for the position when a line is added would lay out the page once more.
    list.addEventListener(
      "scroll",
      () => {
        this.atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
      },
      { passive: true },
    );
  }

  /** @param {HTMLElement[]} lines */
  add(lines) {
    this.list.append(...lines);
    while (this.list.children.length > MOST_LINES) this.list.firstElementChild?.remove();
    if (this.atEnd) this.scrollToEnd();
  }

  scrollToEnd() {
    this.atEnd = true;
    this.list.scrollTop = 1e7;
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @param {boolean} own
 */
function chatLine(name, text, own) {
  return make("li", { class: own ? "own" : "" }, make("b", { text: name }), ` ${text}`);
}
