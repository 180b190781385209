/** The buttons that set a bet: by the pot or by big blinds. The player chooses which there are. */

import { chips } from "../../model/format.js";
import { variant } from "../../model/games.js";
import { potsOf } from "../../model/pots.js";
import { onSetting, setSetting, setting } from "../../model/settings.js";
import { byId, make, setText } from "../../ui/dom.js";
import { t } from "../../ui/texts.js";

/** @typedef {import("../../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../../client/state/table-state.js").Turn} Turn */

/** All that can be chosen: percents of the pot, or big blinds. */
const CHOICES = ["min", "2bb", "2.5bb", "3bb", "4bb", "33", "half", "66", "75", "pot", "150", "max"];
const MOST = 5;

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
  if (name === "pot" && potLimit) return turn.max_to;
  const blinds = name.endsWith("bb") ? Number.parseFloat(name) : null;
  const to = blinds === null ? matched + Math.round(pot * partOfPot(name)) : blinds * table.config.big_blind;
  return Math.min(turn.max_to, Math.max(turn.min_to, Math.round(to)));
}

/** @param {string} name */
function partOfPot(name) {
  if (name === "half") return 0.5;
  return name === "pot" ? 1 : Number(name) / 100;
}

/** @param {string} name */
function labelOf(name) {
  if (name === "half") return "½ pot";
  if (name === "min" || name === "max" || name === "pot") return t(`presets.${name}`);
  const count = Number.parseFloat(name);
  return name.endsWith("bb") ? t("presets.blinds", { count }) : t("presets.percent", { percent: count });
}

export class PresetButtons {
  /** @param {(name: string) => void} choose */
  constructor(choose) {
    this.choose = choose;
    /** @type {(() => void)|null} */
    this.again = null;
    setText(byId("presets-title"), t("presets.title"));
    setText(byId("presets-close"), t("presets.done"));
    setText(byId("presets-list").firstElementChild, t("presets.legend"));
    this.build();
    onSetting((name) => name === "bet_presets" && this.build());
  }

  /** @returns {HTMLElement[]} */
  get buttons() {
    return [...byId("presets").querySelectorAll("[data-preset]")];
  }

  build() {
    const names = /** @type {string[]} */ (setting("bet_presets") ?? []);
    const known = CHOICES.filter((name) => names.includes(name));
    const buttons = known.map((name) =>
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
      setText(button, maxIsAllIn ? t("presets.all_in") : t("presets.max"));
      // In pot limit, the pot is the maximum, so one preset is enough.
      button.hidden = !maxIsAllIn && amountOf("pot") === turn.max_to && this.has("pot");
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
    const chosen = new Set(/** @type {string[]} */ (setting("bet_presets")));
    const boxes = CHOICES.map((name) => {
      const box = make("input", { type: "checkbox", value: name, checked: chosen.has(name) });
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(name);
        else chosen.delete(name);
        allow();
        setSetting("bet_presets", CHOICES.filter((each) => chosen.has(each)));
      });
      return box;
    });
    const allow = () => {
      for (const box of boxes) box.disabled = !box.checked && chosen.size >= MOST;
    };
    const labels = boxes.map((box) => make("label", { class: "toggle" }, box, labelOf(box.value)));
    list.replaceChildren(list.firstElementChild, make("div", {}, ...labels));
    allow();
    byId("presets-dialog").showModal();
  }
}
