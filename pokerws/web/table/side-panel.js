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
    if (open) for (const id of ["log", "chat"]) byId(id).scrollTop = byId(id).scrollHeight;
    this.showUnread(0);
  }

  /**
   * @param {string} text
   * @param {string} [style]
   */
  log(text, style = "") {
    addLine(byId("log"), make("li", { text, class: style }), MOST_LINES);
    addLine(byId("ticker"), make("li", { text, class: style }), TICKER_LINES);
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
    addLine(byId("chat"), chatLine(name, text, own), MOST_LINES);
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
    byId("chat").scrollTop = byId("chat").scrollHeight;
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

/**
 * Append a line, and scroll to it unless the reader has scrolled up.
 * @param {HTMLElement} list
 * @param {HTMLElement} line
 * @param {number} most
 */
function addLine(list, line, most) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(line);
  while (list.children.length > most) list.firstElementChild?.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {boolean} own
 */
function chatLine(name, text, own) {
  return make("li", { class: own ? "own" : "" }, make("b", { text: name }), ` ${text}`);
}
