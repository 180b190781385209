/** A hand for other programs: its text in one of their formats, to copy or download, and its link. */

import { describeRejection } from "../model/refusals.js";
import { make, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {{table: string, hand: number, key: string|null}} HandRef `key` is that of an unlisted table */

/** The formats, with their names and the ends of file names. */
const FORMATS = /** @type {const} */ ({
  phh: { name: "PHH", end: "phh", type: "application/toml" },
  pokerstars: { name: "PokerStars", end: "txt", type: "text/plain" },
  ohh: { name: "Open Hand History", end: "ohh", type: "application/json" },
});

export class HandExport {
  /**
   * @param {import("../client/protocol.js").Connection} connection
   * @param {(ref: HandRef) => Promise<string>} linkOf
   */
  constructor(connection, linkOf) {
    this.connection = connection;
    this.linkOf = linkOf;
    /** @type {HandRef|null} */
    this.ref = null;
    /** The text that is shown, or null. @type {string|null} */
    this.shown = null;
    const small = { type: "button", class: "small" };
    const share = { ...small, id: "hand-share", text: t("hands.copy_link") };
    this.share = make("button", { ...share, onclick: () => this.copyLink() });
    const options = Object.entries(FORMATS).map(([value, { name: text }]) => make("option", { value, text }));
    const format = { id: "hand-format", "aria-label": t("hands.format"), onchange: () => this.load() };
    this.format = make("select", format, ...options);
    const copy = { ...small, id: "hand-copy", text: t("hands.copy"), disabled: true };
    this.copy = make("button", { ...copy, onclick: () => this.shown !== null && this.copyText(this.shown) });
    const download = { ...small, id: "hand-download", text: t("hands.download"), disabled: true };
    this.download = make("button", { ...download, onclick: () => this.save() });
    this.text = make("textarea", {
      id: "hand-text",
      readonly: true,
      rows: "6",
      spellcheck: "false",
      "aria-label": t("hands.text"),
    });
    this.error = make("p", { class: "error", role: "alert" });
    this.said = make("p", { id: "hand-said", class: "soft", role: "status" });
    this.element = make(
      "details",
      { id: "hand-export", ontoggle: () => this.load() },
      make("summary", { text: t("hands.export") }),
      make("div", { class: "row" }, this.format, this.copy, this.download),
      this.error,
      this.text,
    );
  }

  clear() {
    this.ref = null;
    this.share.hidden = this.element.hidden = true;
    this.setText(null);
  }

  /** @param {HandRef} ref */
  show(ref) {
    this.ref = ref;
    this.share.hidden = this.element.hidden = false;
    this.load();
  }

  /** Fetch the text before it is wanted: browsers let a page copy only right after a click. */
  async load() {
    const { ref } = this;
    const format = /** @type {keyof typeof FORMATS} */ (this.format.value);
    this.setText(null);
    if (!ref || !this.element.open) return;
    const { table, hand, key } = ref;
    try {
      const asked = { table, hand, format, ...(key && { key }) };
      const { text = "" } = await this.connection.request({ type: "get_hand", ...asked });
      if (this.ref === ref && this.format.value === format) this.setText(text);
    } catch (error) {
      if (this.ref === ref) setText(this.error, describeRejection(/** @type {any} */ (error)));
    }
  }

  /** @param {string|null} text */
  setText(text) {
    this.shown = text;
    this.text.value = text ?? "";
    this.copy.disabled = this.download.disabled = text === null;
    for (const place of [this.error, this.said]) setText(place, "");
  }

  save() {
    if (this.shown === null || !this.ref) return;
    const { end, type } = FORMATS[/** @type {keyof typeof FORMATS} */ (this.format.value)];
    const url = URL.createObjectURL(new Blob([this.shown], { type }));
    const link = make("a", { href: url, download: `${this.ref.table}-${this.ref.hand}.${end}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url));
  }

  async copyLink() {
    if (!this.ref) return;
    try {
      await this.copyText(await this.linkOf(this.ref));
    } catch (error) {
      setText(this.said, describeRejection(/** @type {any} */ (error)));
    }
  }

  /** @param {string} text */
  async copyText(text) {
    try {
      await navigator.clipboard.writeText(text);
      setText(this.said, t("hands.copied"));
    } catch {
      // Without HTTPS a page may not write to the clipboard.
      prompt(t("hands.copy_by_hand"), text);
    }
  }
}
