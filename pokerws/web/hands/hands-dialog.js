/** The dialog with finished hands and statistics, of the open table or of all tables. */

import { make } from "../ui/dom.js";
import { makeModal } from "../ui/modal.js";
import { t } from "../texts/texts.js";
import { HandList } from "./hand-list.js";

/** @typedef {import("../client/messages.js").HandSummary} HandSummary */
/** @typedef {{table?: string, key?: string}} OpenTable */
/** @typedef {"hands"|"stats"} TabName */

export class HandsDialog {
  /**
   * @param {import("../client/protocol.js").Connection} connection
   * @param {import("./stats-view.js").StatsView} stats
   * @param {(table: string) => string} tableName
   * @param {(hand: HandSummary) => void} open
   */
  constructor(connection, stats, tableName, open) {
    this.stats = stats;
    this.list = new HandList(connection, open, tableName);
    /** @type {OpenTable} */
    this.table = {};
    /** @type {TabName} */
    this.tab = "hands";
    const label = { id: "hands-scope", "aria-label": t("hands.scope"), onchange: () => this.load() };
    this.scope = make("select", label);
    const tabs = /** @type {const} */ (["hands", "stats"]);
    this.tabs = tabs.map((name) => this.makeTab(name));
    this.panels = { hands: makePanel("hands", this.list.element), stats: makePanel("stats", stats.element) };
    const tabList = make("div", { role: "tablist", "aria-label": t("hands.title") }, ...this.tabs);
    const head = make("div", { class: "hands-head" }, tabList, this.scope);
    this.modal = makeModal("hands-dialog", [head, this.panels.hands, this.panels.stats]);
    this.modal.setTitle(t("hands.title"));
  }

  /** @param {TabName} name */
  makeTab(name) {
    return make("button", {
      type: "button",
      role: "tab",
      id: `tab-${name}`,
      class: "small",
      "aria-controls": `panel-${name}`,
      text: t(name === "hands" ? "hands.tab" : "stats.title"),
      onclick: () => this.choose(name),
      onkeydown: (/** @type {KeyboardEvent} */ { key }) => {
        if (key !== "ArrowLeft" && key !== "ArrowRight") return;
        const other = name === "hands" ? "stats" : "hands";
        this.choose(other);
        this.tabs.find(({ id }) => id === `tab-${other}`).focus();
      },
    });
  }

  /** @param {OpenTable} table empty if none is open */
  open(table) {
    this.table = table;
    /** @type {("table"|"mine"|"all")[]} */
    const scopes = table.table ? ["table", "mine", "all"] : ["all"];
    const options = scopes.map((value) => make("option", { value, text: t(`hands.scope.${value}`) }));
    this.scope.replaceChildren(...options);
    this.scope.hidden = scopes.length === 1;
    this.modal.open();
    this.choose("hands");
  }

  /** @param {TabName} name */
  choose(name) {
    this.tab = name;
    for (const tab of this.tabs) {
      const chosen = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const [of, panel] of Object.entries(this.panels)) panel.hidden = of !== name;
    this.load();
  }

  load() {
    const scope = this.scope.value;
    const at = scope === "all" ? {} : this.table;
    if (this.tab === "hands") this.list.show({ ...at, ...(scope !== "table" && { mine: true }) });
    else this.stats.show({ ...at });
  }
}

/**
 * @param {TabName} name
 * @param {HTMLElement} content
 */
function makePanel(name, content) {
  return make("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}` }, content);
}
