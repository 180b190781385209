/** The pots in the middle: the total, the side pots folded, and the list of who can win which. */

import { nameAt } from "../../model/format.js";
import { potsOf } from "../../model/pots.js";
import { amountText } from "../../ui/amounts.js";
import { byId, make, setText } from "../../ui/dom.js";
import { listed, t } from "../../texts/texts.js";

/** @typedef {import("../../client/state/table-state.js").TableState} TableState */

export class PotsView {
  constructor() {
    /** @type {TableState|null} */
    this.table = null;
    byId("side-pots").addEventListener("click", () => this.open());
  }

  hide() {
    byId("pot").hidden = byId("side-pots").hidden = true;
    byId("pots-dialog").close();
  }

  /** @param {TableState} table */
  render(table) {
    this.table = table;
    const { total, pots } = potsOf(table.hand);
    const place = byId("pot");
    place.hidden = !total;
    place.dataset.amount = total;
    const amount = amountText(total, table.config, total > 9_999_999);
    setText(place, t("table.pot", { amount }));
    const several = pots.length > 1;
    const folded = byId("side-pots");
    folded.hidden = !several;
    byId("above-board").toggleAttribute("data-several", several);
    const main = several ? amountText(pots[0], table.config, pots[0] > 999_999) : "";
    setText(folded, several ? t("pots.folded", { main, count: pots.length - 1 }) : "");
    if (byId("pots-dialog").open) this.list();
  }

  open() {
    this.list();
    byId("pots-dialog").showModal();
  }

  /** List each pot with the players who can win it. */
  list() {
    const { table } = this;
    if (!table) return;
    const pots = (table.hand?.pots ?? []).filter((pot) => pot.amount);
    const rows = pots.map(({ amount, seats }, at) => {
      const names = listed(seats.map((seat) => nameAt(table, seat)));
      return make(
        "div",
        {},
        make("dt", { text: at ? t("pots.side", { number: at }) : t("pots.main") }),
        make("dd", { text: amountText(amount, table.config) }),
        make("dd", { class: "soft", text: t("pots.names", { names }) }),
      );
    });
    byId("pots-list").replaceChildren(...rows);
  }
}
