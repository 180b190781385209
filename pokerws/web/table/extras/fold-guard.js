/**
 * Asks before a fold where a check is free. The question ends with the turn.
 */

import { setting } from "../../model/settings.js";
import { t } from "../../texts/texts.js";
import { make } from "../../ui/dom.js";

/** @typedef {import("../../client/state/table-state.js").Turn} Turn */

export class FoldGuard {
  constructor() {
    /** @type {HTMLDialogElement|null} */
    this.dialog = null;
  }

  /**
   * Whether a fold is to be asked about. A single key never folds where a check is free.
   * @param {Turn} turn
   * @param {boolean} byKey
   */
  isNeeded(turn, byKey) {
    return turn.actions.includes("check") && (byKey || setting("fold_guard"));
  }

  /** @param {{fold: () => void, check: () => void}} actions */
  ask({ fold, check }) {
    this.close();
    const dialog = make(
      "dialog",
      { id: "fold-guard", "aria-labelledby": "fold-guard-title" },
      make("h2", { id: "fold-guard-title", text: t("fold_guard.title") }),
      make("p", { class: "soft", text: t("fold_guard.text") }),
      make(
        "div",
        { class: "row" },
        make("button", { type: "button", value: "fold", text: t("turn.fold"), onclick: () => this.close(fold) }),
        make("button", {
          type: "button",
          class: "primary",
          value: "check",
          autofocus: true,
          text: t("turn.check"),
          onclick: () => this.close(check),
        }),
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    this.dialog = dialog;
  }

  /** @param {() => void} [then] */
  close(then) {
    this.dialog?.close();
    this.dialog = null;
    then?.();
  }
}
