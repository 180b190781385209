/** Amounts as the player wants to see them: in chips or in big blinds. */

import { chips, shortChips } from "../model/format.js";
import { setting } from "../model/settings.js";
import { formatter, t } from "../texts/texts.js";

/** @typedef {import("../client/state/table-read.js").TableConfig} TableConfig */

/**
 * @param {number} count of chips
 * @param {TableConfig} config
 * @param {boolean} [isShort] where there is little room
 */
export function amountText(count, { big_blind: blind }, isShort = false) {
  if (setting("amounts") === "bb" && blind > 0) {
    return t("amount.blinds", { count: blinds().format(count / blind) });
  }
  return isShort ? shortChips(count) : chips(count);
}

function blinds() {
  return formatter("blinds", (tag) => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 }));
}
