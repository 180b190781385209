/**
 * The button that copies the link of an unlisted table. The address of the page is the link, if it
 * has the table's key; the host gets the key from the server otherwise.
 */

import { Rejected } from "../client/rejected.js";
import { byId } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("../client/protocol.js").Message} Message */

export class TableLink {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    /** @type {string|null} */
    this.key = null;
    this.table = "";
    byId("copy-link").addEventListener("click", () => this.copy());
  }

  /**
   * @param {Scene} scene
   * @param {string|undefined} player
   */
  render({ table }, player) {
    this.table = table.id;
    const has = table.config.hosting.unlisted && (this.key !== null || table.host === player);
    byId("copy-link").hidden = !has;
  }

  async copy() {
    try {
      const key = this.key ?? (await this.send({ type: "get_link" })).key;
      const link = new URL(location.href);
      link.hash = new URLSearchParams({ table: this.table, key }).toString();
      await navigator.clipboard.writeText(link.href);
      showToast(t("table.link_copied"));
    } catch (error) {
      // Without HTTPS a page may not write to the clipboard.
      if (error instanceof Rejected) showRejection(error);
      else showToast(t("table.copy_address"));
    }
  }
}
