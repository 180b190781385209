/** The dialog that invites others to a table: its link, as text, as a QR code, and to be shared. */

import { make, setText } from "../ui/dom.js";
import { makeModal } from "../ui/modal.js";
import { qrImage } from "../ui/qr.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";

/** @typedef {import("../client/state/table-read.js").TableState} TableState */
/** @typedef {import("../client/protocol.js").Message} Message */

export class Invite {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    /** @type {import("../ui/modal.js").Modal|null} */
    this.modal = null;
    this.link = "";
    this.name = "";
  }

  /**
   * @param {TableState} table
   * @param {string|null} known the key of an unlisted table, if the page has it
   */
  async open(table, known) {
    try {
      const { unlisted } = table.config.hosting;
      const key = unlisted ? (known ?? (await this.send({ type: "get_link" })).key) : "";
      this.link = linkOf(table.id, key);
      this.name = table.name;
      this.show(unlisted);
    } catch (error) {
      showRejection(/** @type {any} */ (error));
    }
  }

  /** @param {boolean} isUnlisted */
  show(isUnlisted) {
    this.modal ??= this.build();
    this.modal.setTitle(t("invite.title", { table: this.name }));
    this.field.value = this.link;
    setText(this.hint, t(isUnlisted ? "invite.unlisted" : "invite.listed"));
    this.code.replaceChildren(qrImage(this.link, t("invite.code")));
    this.modal.open();
    this.field.focus();
    this.field.select();
  }

  build() {
    this.hint = make("p", { class: "soft" });
    this.field = make("input", { id: "invite-link", readonly: true, "aria-label": t("invite.link") });
    this.code = make("div", { id: "invite-code" });
    const copy = { type: "button", id: "invite-copy", class: "primary", text: t("invite.copy") };
    const buttons = [make("button", { ...copy, onclick: () => this.copy() })];
    if (typeof navigator.share === "function") {
      const share = { type: "button", id: "invite-share", text: t("invite.share") };
      buttons.push(make("button", { ...share, onclick: () => this.share() }));
    }
    return makeModal("invite", [
      this.hint,
      this.field,
      make("div", { class: "row" }, ...buttons),
      this.code,
    ]);
  }

  async copy() {
    this.field.select();
    try {
      await navigator.clipboard.writeText(this.link);
      showToast(t("table.link_copied"));
    } catch {
      // Without HTTPS a page may not write to the clipboard; the link is selected.
      showToast(t("invite.copy_yourself"));
    }
  }

  async share() {
    const text = t("invite.text", { table: this.name });
    // Who closes the browser's dialog has shared nothing, and knows it.
    await navigator.share({ title: this.name, text, url: this.link }).catch(() => {});
  }
}

/**
 * @param {string} table
 * @param {string} key empty for a listed table
 */
function linkOf(table, key) {
  const link = new URL(location.href);
  link.hash = new URLSearchParams({ table, ...(key && { key }) }).toString();
  return link.href;
}
