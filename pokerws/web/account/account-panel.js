/**
 * The account on the page: the balance in the header, and the dialog with refill and history.
 */

import { chips, sentence, shortChips, signed, timeOf } from "../model/format.js";
import { describeRejection } from "../model/refusals.js";
import { byId, make, setText } from "../ui/dom.js";
import { hasText, t } from "../texts/texts.js";
import { RefillOffer } from "./refill-offer.js";

/** @typedef {import("./account.js").Account} Account */
/** @typedef {import("./account.js").Transfer} Transfer */
/** @typedef {import("../model/table-names.js").TableNames} TableNames */

const UNKNOWN = "–";

export class AccountPanel {
  /**
   * @param {Account} account
   * @param {TableNames} names
   * @param {() => {table: string, stack: number}|null} seat the player's seat
   */
  constructor(account, names, seat) {
    this.account = account;
    this.names = names;
    this.seat = seat;
    this.rejection = "";
    this.dialog = byId("account-dialog");
    this.offer = new RefillOffer(account, byId("account-refill"));
    byId("account").addEventListener("click", () => this.open());
    byId("account-close").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      // A click on the backdrop has the dialog itself as its target.
      if (event.target === this.dialog) this.dialog.close();
    });
    byId("history-more").addEventListener("click", () => this.showMore());
    account.onChange(() => this.render());
    this.render();
  }

  async open() {
    this.rejection = "";
    this.offer.reset();
    this.dialog.showModal();
    byId("account-body").scrollTop = 0;
    this.account.refresh();
    this.render();
    // A failure needs no message: the history only has fewer table names.
    await this.names.loadAll().catch(() => {});
    this.render();
  }

  async showMore() {
    const button = byId("history-more");
    button.disabled = true;
    this.rejection = "";
    try {
      await this.account.loadMore();
    } catch (error) {
      this.rejection = describeRejection(/** @type {any} */ (error));
    }
    button.disabled = false;
    this.render();
  }

  render() {
    const { balance, connection } = this.account;
    const online = connection.state !== "offline";
    byId("account").hidden = !online;
    setText(byId("account-short"), balance === null ? UNKNOWN : shortChips(balance));
    const label =
      balance === null ? t("account.label_unknown") : t("account.label", { chips: chips(balance) });
    byId("account").setAttribute("aria-label", label);
    if (!online) this.dialog.close();
    if (this.dialog.open) this.renderPanel();
  }

  renderPanel() {
    const { balance, transfers, hasMore, error } = this.account;
    setText(byId("account-balance"), balance === null ? UNKNOWN : chips(balance));
    const held = this.account.heldNow();
    const time = timeOf(this.account.heldUntilMs, this.account.connection.serverNow());
    setText(byId("account-held"), t("account.held", { amount: chips(held), time }));
    byId("account-held").hidden = held === 0;
    const seat = this.seat();
    byId("account-at-table").hidden = !seat;
    if (seat) {
      setText(byId("account-table"), t("account.at_table", { table: seat.table }));
      setText(byId("account-stack"), chips(seat.stack));
    }
    const rejection = this.rejection || (error ? describeRejection(error) : "");
    setText(byId("account-error"), rejection);
    byId("account-error").hidden = !rejection;
    this.renderHistory(transfers);
    byId("history-empty").hidden = balance === null || transfers.length > 0;
    byId("history-loading").hidden = balance !== null || error !== null;
    byId("history-more").hidden = !hasMore;
  }

  /** @param {Transfer[]} transfers */
  renderHistory(transfers) {
    const now = this.account.connection.serverNow();
    const list = byId("history");
    const lines = new Map([...list.children].map((line) => [line.dataset.id, line]));
    // Reuse existing lines, so that the scroll position is kept.
    transfers.forEach((transfer, index) => {
      const line = lines.get(String(transfer.id)) ?? makeLine(transfer);
      setText(line.children[0], describeTransfer(transfer, this.nameOf(transfer)));
      setText(line.children[1], timeOf(transfer.at_ms, now));
      if (list.children[index] !== line) list.insertBefore(line, list.children[index] ?? null);
    });
    while (list.children.length > transfers.length) list.lastElementChild.remove();
  }

  /** @param {Transfer} transfer */
  nameOf({ table }) {
    return table === undefined ? "" : this.names.of(table);
  }
}

/** @param {Transfer} transfer */
function makeLine({ id, at_ms: atMs, amount }) {
  return make(
    "li",
    { "data-id": String(id), class: amount < 0 ? "spent" : "got" },
    make("span", { class: "what" }),
    make("time", { class: "soft", datetime: new Date(atMs).toISOString() }),
    make("b", { text: signed(amount), "data-amount": String(amount) }),
  );
}

/**
 * A transfer in words.
 * @param {Transfer} transfer
 * @param {string} table the table's name
 */
function describeTransfer({ reason }, table) {
  const key = `transfer.${reason}`;
  return hasText(key) ? t(key, { table }) : sentence(reason.replaceAll("_", " "));
}
