/** The buttons that set a bet: by the pot or by big blinds. The player chooses which there are. */

import { chips } from "../../model/format.js";
import { variant } from "../../model/games.js";
import { potsOf } from "../../model/pots.js";
import { MOST_PRESETS, onSetting, setSetting, setting } from "../../model/settings.js";
import { byId, make, setText } from "../../ui/dom.js";
import { t } from "../../texts/texts.js";

/** @typedef {import("../../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../../client/state/table-state.js").Turn} Turn */

/** All that can be chosen: percents of the pot, or big blinds. */
const CHOICES = ["min", "2bb", "2.5bb", "3bb", "4bb", "33%", "50%", "66%", "75%", "100%", "150%", "max"];
const POT = "100%";
/** @type {Record<string, import("../../texts/texts.js").TextKey>} */
const LABELS = { min: "preset.min", "50%": "preset.half", [POT]: "preset.pot", max: "preset.max" };

/**
 * The total bet on this street that a preset stands for, within the limits.
 * @param {string} name
 * @param {Turn} turn
 * @param {TableState} table
 */
export function presetAmount(name, turn, table) {
  if (name === "min") return turn.min_to;
  if (name === "max") return turn.max_to;
  const matched = (table.hand?.seats[turn.seat]?.bet ?? 0) + turn.call;
  const pot = potsOf(table.hand).total + turn.call;
  // In pot limit, the server has calculated the pot.
  const potLimit = variant(table.hand?.variant ?? "").betting === "pot_limit";
  if (name === POT && potLimit) return turn.max_to;
  const count = Number.parseFloat(name);
  const isBlinds = name.endsWith("bb");
  const to = isBlinds ? count * table.config.big_blind : matched + Math.round((pot * count) / 100);
  return Math.min(turn.max_to, Math.max(turn.min_to, Math.round(to)));
}

/** @param {string} name */
function labelOf(name) {
  if (LABELS[name]) return t(LABELS[name]);
  const count = Number.parseFloat(name);
  return name.endsWith("bb") ? t("amount.blinds", { count }) : t("preset.percent", { percent: count });
}

export class PresetButtons {
  /** @param {(name: string) => void} choose */
  constructor(choose) {
    this.choose = choose;
    /** @type {(() => void)|null} */
    this.again = null;
    setText(byId("presets-list").firstElementChild, t("presets.legend", { count: MOST_PRESETS }));
    this.build();
    onSetting((name) => name === "presets" && this.build());
  }

  /** @returns {HTMLElement[]} */
  get buttons() {
    return [...byId("presets").querySelectorAll("[data-preset]")];
  }

  build() {
    const buttons = setting("presets").map((name) =>
      make("button", {
        type: "button",
        class: "small",
        "data-preset": name,
        text: labelOf(name),
        onclick: () => this.choose(name),
      }),
    );
    const edit = make("button", {
      type: "button",
      class: "small quiet",
      id: "edit-presets",
      "aria-haspopup": "dialog",
      "aria-label": t("presets.edit"),
      title: t("presets.edit"),
      text: "…",
      onclick: () => this.edit(),
    });
    byId("presets").replaceChildren(...buttons, edit);
    this.again?.();
  }

  /**
   * Show the buttons for a turn.
   * @param {(name: string) => number} amountOf
   * @param {boolean} maxIsAllIn
   * @param {Turn} turn
   */
  show(amountOf, maxIsAllIn, turn) {
    this.again = () => this.show(amountOf, maxIsAllIn, turn);
    for (const button of this.buttons) {
      const name = button.dataset.preset ?? "";
      button.title = chips(amountOf(name));
      if (name !== "max") continue;
      setText(button, maxIsAllIn ? t("preset.all_in") : t("preset.max"));
      // In pot limit, the pot is the maximum, so one preset is enough.
      button.hidden = !maxIsAllIn && amountOf(POT) === turn.max_to && this.has(POT);
    }
  }

  /** @param {string} name */
  has(name) {
    return this.buttons.some((button) => button.dataset.preset === name && !button.hidden);
  }

  /** @param {number} index */
  nameAt(index) {
    return this.buttons.filter((button) => !button.hidden)[index]?.dataset.preset ?? null;
  }

  edit() {
    const list = byId("presets-list");
    const chosen = new Set(setting("presets"));
    // Imported settings may have others.
    const others = [...chosen].filter((name) => !CHOICES.includes(name));
    const choices = [...CHOICES.slice(0, -1), ...others, "max"];
    const boxes = choices.map((name) => {
      const box = make("input", { type: "checkbox", value: name, checked: chosen.has(name) });
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(name);
        else chosen.delete(name);
        allow();
        setSetting("presets", choices.filter((each) => chosen.has(each)));
      });
      return box;
    });
    const allow = () => {
      const allowed = { more: chosen.size < MOST_PRESETS, fewer: chosen.size > 1 };
      for (const box of boxes) box.disabled = !(box.checked ? allowed.fewer : allowed.more);
    };
    const labels = boxes.map((box) => make("label", { class: "toggle" }, box, labelOf(box.value)));
    list.replaceChildren(list.firstElementChild, make("div", {}, ...labels));
    allow();
    byId("presets-dialog").showModal();
  }
}
