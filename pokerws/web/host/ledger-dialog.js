/**
 * The ledger of a table: who brought and took how many chips, what each has won, how that came over
 * the hands that the page has seen, and who pays whom.
 */

import { chips, signed } from "../model/format.js";
import { NetHistory } from "../model/net-history.js";
import { describeRejection } from "../model/refusals.js";
import { make, makeSvg } from "../ui/dom.js";
import { makeModal } from "../ui/modal.js";
import { t } from "../texts/texts.js";
import { showRejection } from "../ui/toast.js";
import { netChart, styleOf } from "./net-chart.js";

/** @typedef {import("../client/messages.js").LedgerRow} LedgerRow */
/** @typedef {import("../client/messages.js").LedgerPayment} LedgerPayment */
/** @typedef {import("../client/protocol.js").Message} Message */

const HOUSE = "house";
const COLUMNS = /** @type {const} */ (["net", "bought_in", "cashed_out", "stack"]);
/** The most pages that are asked for. */
const MOST_PAGES = 20;

export class LedgerDialog {
  /** @param {(message: Message) => Promise<Message>} send */
  constructor(send) {
    this.send = send;
    this.history = new NetHistory();
    /** @type {import("../ui/modal.js").Modal|null} */
    this.modal = null;
    this.table = { id: "", name: "" };
  }

  /** @param {{id: string, name: string}} table */
  async open(table) {
    this.table = table;
    this.modal ??= this.build();
    this.modal.setTitle(t("ledger.title", { table: table.name }));
    this.content.replaceChildren(make("p", { class: "soft", text: t("account.loading") }));
    this.download.hidden = true;
    this.modal.open();
    try {
      const pages = await this.pages("json");
      this.show(pages);
    } catch (error) {
      const refusal = /** @type {any} */ (error);
      const text = refusal.code === "forbidden" ? t("ledger.forbidden") : describeRejection(refusal);
      this.content.replaceChildren(make("p", { class: "error", role: "alert", text }));
    }
  }

  build() {
    this.content = make("div", { class: "ledger" });
    const refresh = { type: "button", class: "small", text: t("ledger.refresh") };
    const csv = { type: "button", class: "small", id: "ledger-csv", text: t("ledger.csv") };
    this.download = make("button", { ...csv, onclick: () => this.saveCsv() });
    const again = make("button", { ...refresh, onclick: () => this.reload() });
    return makeModal("ledger", [this.content, make("div", { class: "row" }, again, this.download)]);
  }

  async reload() {
    try {
      this.show(await this.pages("json"));
    } catch (error) {
      showRejection(/** @type {any} */ (error));
    }
  }

  /** @param {"json"|"csv"} format */
  async pages(format) {
    const pages = [];
    /** @type {string|undefined} */
    let after;
    do {
      const message = { type: "get_ledger", format, ...(after && { after }) };
      const page = /** @type {any} */ (await this.send(message));
      pages.push(page);
      after = page.next;
    } while (after && pages.length < MOST_PAGES);
    return pages;
  }

  /** @param {import("../client/messages.js").Ledger[]} pages */
  show(pages) {
    const rows = pages.flatMap((page) => page.rows).sort((one, other) => other.net - one.net);
    const names = new Map(rows.map(({ player, name }) => [player, name]));
    const { settle } = pages[pages.length - 1];
    this.download.hidden = !rows.length;
    const none = make("p", { class: "soft", text: t("ledger.empty") });
    this.content.replaceChildren(
      ...(rows.length ? [...this.chart(rows), ledgerTable(rows)] : [none]),
      ...(settle ? payments(settle, names) : []),
    );
  }

  /** @param {LedgerRow[]} rows */
  chart(rows) {
    const nets = new Map(rows.map(({ player, net }) => [player, net]));
    const { hands, lines } = this.history.lines(this.table.id, nets);
    if (hands.length < 2) return [];
    const label = t("ledger.chart", { from: hands[0], to: hands[hands.length - 1] });
    return [
      make("figure", {}, netChart(hands, [...lines.values()], label), make("figcaption", { class: "soft", text: label })),
    ];
  }

  async saveCsv() {
    try {
      const pages = await this.pages("csv");
      const text = pages.map((page) => page.text).join("\r\n");
      const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      const name = this.table.name.replace(/[^\p{L}\p{N} _-]/gu, "") || "ledger";
      make("a", { href: address, download: `${name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      showRejection(/** @type {any} */ (error));
    }
  }
}

/** @param {LedgerRow[]} rows */
function ledgerTable(rows) {
  const heads = ["player", ...COLUMNS].map((column) =>
    make("th", { scope: "col", text: t(/** @type {any} */ (`ledger.${column}`)) }),
  );
  const lines = rows.map((row, index) => {
    const cells = COLUMNS.map((column) => {
      const text = column === "net" ? signed(row.net) : chips(row[column]);
      const outcome = row.net < 0 ? "lost" : row.net > 0 ? "won" : "";
      return make("td", { class: column === "net" ? outcome : "", text });
    });
    const name = make("th", { scope: "row" }, swatch(index), nameOf(row.player, row.name));
    return make("tr", { "data-player": row.player }, name, ...cells);
  });
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines));
  return make("div", { class: "wide-table", tabindex: "0", role: "group", "aria-label": t("ledger.table") }, table);
}

/** @param {number} index */
function swatch(index) {
  const line = makeSvg("line", { x1: "0", x2: "18", y1: "4", y2: "4", class: "net", ...styleOf(index) });
  return makeSvg("svg", { viewBox: "0 0 18 8", class: "swatch", "aria-hidden": "true" }, line);
}

/**
 * @param {LedgerPayment[]} settle
 * @param {Map<string, string>} names
 */
function payments(settle, names) {
  const title = make("h3", { text: t("ledger.settle") });
  if (!settle.length) return [title, make("p", { class: "soft", text: t("ledger.settled") })];
  const lines = settle.map(({ from, to, amount }) => {
    const [payer, payee] = [from, to].map((player) => nameOf(player, names.get(player) ?? player));
    return make("li", { text: t("ledger.pays", { from: payer, to: payee, amount: chips(amount) }) });
  });
  return [title, make("ul", { id: "settle" }, ...lines)];
}

/**
 * @param {string} player
 * @param {string} name
 */
function nameOf(player, name) {
  return player === HOUSE ? t("ledger.house") : name;
}
