/** Amounts as the player wants to see them: in chips or in big blinds. */

import { chips, shortChips } from "../model/format.js";
import { setting } from "../model/settings.js";
import { t } from "./texts.js";

/** @typedef {import("../client/state/table-read.js").TableConfig} TableConfig */

const BLINDS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/**
 * @param {number} count of chips
 * @param {TableConfig} config
 * @param {boolean} [isShort] where there is little room
 */
export function amountText(count, { big_blind: blind }, isShort = false) {
  if (setting("amounts") === "blinds" && blind > 0) {
    return t("amount.blinds", { count: BLINDS.format(count / blind) });
  }
  return isShort ? shortChips(count) : chips(count);
}
