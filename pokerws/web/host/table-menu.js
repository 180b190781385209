/**
 * The menu of a table: the invitation and the ledger for everybody, and the host's controls for the
 * host alone. The button in the header counts those who ask the host for a seat.
 */

import { byId, make, setText } from "../ui/dom.js";
import { makeModal } from "../ui/modal.js";
import { t } from "../texts/texts.js";
import { HostControls } from "./host-controls.js";
import { Invite } from "./invite.js";
import { LedgerDialog } from "./ledger-dialog.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */

export class TableMenu {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    /** The key of an unlisted table, if the page has it. @type {string|null} */
    this.key = null;
    /** @type {View|null} */
    this.scene = null;
    this.invite = new Invite(send);
    this.ledger = new LedgerDialog(send);
    this.host = new HostControls(send, () => this.openInvite());
    /** @type {import("../ui/modal.js").Modal|null} */
    this.modal = null;
    byId("table-menu").addEventListener("click", () => this.open());
  }

  isHost() {
    return this.scene !== null && this.scene.table.host === this.scene.player;
  }

  open() {
    if (!this.scene) return;
    this.modal ??= this.build();
    this.modal.open();
    this.render(this.scene);
  }

  build() {
    const invite = { type: "button", id: "menu-invite", text: t("host.invite") };
    const ledger = { type: "button", id: "menu-ledger", text: t("host.ledger") };
    this.turn = make("p", { class: "turn-note", role: "status" });
    this.buttons = make(
      "div",
      { class: "menu-buttons" },
      make("button", { ...invite, onclick: () => this.openInvite() }),
      make("button", { ...ledger, onclick: () => this.openLedger() }),
    );
    return makeModal("table-menu-dialog", [this.turn, this.buttons, this.host.element]);
  }

  /**
   * Follow an event, before it is applied.
   * @param {TableState} table
   * @param {TableEvent} event
   */
  note(table, event) {
    this.ledger.history.note(table, event);
    this.host.note(table);
  }

  /** @param {View} scene */
  render(scene) {
    this.scene = scene;
    const { requests } = scene.table.hosting;
    const isHost = this.isHost();
    const count = isHost ? requests.length : 0;
    byId("table-menu").hidden = false;
    byId("table-menu-count").hidden = !count;
    setText(byId("table-menu-count"), String(count || ""));
    const label = count ? t("host.menu_requests", { count }) : t("host.menu");
    byId("table-menu").setAttribute("aria-label", label);
    if (!this.modal?.element.open) return;
    const { table, own } = scene;
    this.modal.setTitle(table.name);
    setText(this.turn, own !== null && table.hand?.turn?.seat === own ? t("host.your_turn") : "");
    const canInvite = !table.config.hosting.unlisted || this.key !== null || isHost;
    const [invite] = this.buttons.children;
    invite.hidden = !canInvite;
    this.host.render(scene, isHost);
  }

  /** The table is left. */
  close() {
    this.scene = null;
    this.key = null;
    byId("table-menu").hidden = true;
    for (const modal of [this.modal, this.invite.modal, this.ledger.modal]) modal?.close();
    this.host.close();
    this.ledger.history.clear();
  }

  openInvite() {
    // The page's key may be an old one; the host gets the latest from the server.
    if (this.scene) this.invite.open(this.scene.table, this.isHost() ? null : this.key);
  }

  openLedger() {
    if (this.scene) this.ledger.open(this.scene.table);
  }
}
