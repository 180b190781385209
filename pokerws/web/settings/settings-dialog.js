/**
 * The settings, in a dialog that is made when it is opened first. A change shows at once; there is
 * nothing to confirm.
 */

import { askPermission, permission } from "../alerts/notifications.js";
import { sounds } from "../alerts/sounds.js";
import { setSetting, setting } from "../model/settings.js";
import { t } from "../texts/texts.js";
import { showCards } from "../ui/cards.js";
import { make, setText } from "../ui/dom.js";
import { offerLanguages } from "../ui/language-choice.js";
import { keyList } from "./keys.js";
import { choiceRow, percentRow, row, switchRow, textOf } from "./rows.js";
import { transferRow } from "./transfer.js";

const SAMPLE = ["As", "Kh", "Qd", "Jc", "??"];

/** @type {HTMLDialogElement|null} */
let dialog = null;

/** @param {boolean} [atKeys] whether to begin at the list of keys */
export function openSettings(atKeys = false) {
  const shown = (dialog ??= makeDialog());
  if (!shown.open) shown.showModal();
  const keys = /** @type {HTMLElement} */ (shown.querySelector("#settings-keys"));
  if (!atKeys) return;
  keys.scrollIntoView();
  keys.focus();
}

/** @returns {HTMLDialogElement} */
function makeDialog() {
  const close = make("button", { type: "button", class: "quiet", "aria-label": t("page.close"), text: "✕" });
  const made = make(
    "dialog",
    { id: "settings", "aria-labelledby": "settings-title" },
    make("div", { class: "settings-head" }, make("h2", { id: "settings-title", text: t("settings.title") }), close),
    make("div", { class: "settings-body" }, look(), play(), alerts(), keys(), transferRow()),
  );
  close.addEventListener("click", () => made.close());
  document.body.append(made);
  return made;
}

/**
 * @param {string} name
 * @param {...HTMLElement} rows
 */
function section(name, ...rows) {
  const id = `settings-${name}`;
  const heading = make("h3", { id, tabindex: "-1", text: textOf(`part_${name}`) });
  return make("section", { "aria-labelledby": id }, heading, ...rows);
}

function look() {
  const sample = make("div", { class: "settings-cards", "aria-hidden": "true" });
  showCards(sample, SAMPLE);
  const languages = make("select", { name: "language" });
  offerLanguages(languages);
  return section(
    "look",
    choiceRow("theme", ["dark", "light", "contrast"]),
    choiceRow("deck", ["classic", "large"]),
    choiceRow("card_back", ["red", "blue", "green"]),
    switchRow("four_colours"),
    sample,
    choiceRow("animation_speed", ["off", "fast", "normal", "slow"]),
    choiceRow("amounts", ["chips", "bb"]),
    row("language", languages, "choice"),
  );
}

function play() {
  const names = /** @type {const} */ (["fold_guard", "auto_muck", "auto_top_up", "follow_turn"]);
  return section("play", ...names.map(switchRow));
}

function alerts() {
  const sound = switchRow("sound");
  const volume = percentRow("volume");
  // What is chosen is heard.
  for (const each of [sound, volume]) each.addEventListener("change", () => sounds.play("chips"));
  const vibration = switchRow("vibration");
  if (!("vibrate" in navigator)) disable(vibration, t("settings.vibration.missing"));
  return section("alerts", sound, volume, vibration, notifications());
}

function notifications() {
  const made = switchRow("notifications");
  const box = /** @type {HTMLInputElement} */ (made.querySelector("input"));
  const note = make("p", { class: "soft", role: "status" });
  made.append(note);
  const show = () => {
    const state = permission();
    const isOn = setting("notifications");
    box.checked = isOn && state === "granted";
    if (state === "missing") disable(made, t("settings.notifications.missing"));
    else setText(note, state === "denied" ? t("settings.notifications.denied") : "");
  };
  box.addEventListener("change", async () => {
    const wanted = box.checked;
    const allowed = wanted && (await askPermission()) === "granted";
    setSetting("notifications", allowed);
    show();
    if (wanted && permission() === "default") setText(note, t("settings.notifications.asked"));
  });
  show();
  return made;
}

/**
 * @param {HTMLElement} made a row
 * @param {string} reason
 */
function disable(made, reason) {
  const box = /** @type {HTMLInputElement} */ (made.querySelector("input"));
  box.disabled = true;
  box.checked = false;
  made.append(make("small", { class: "soft", text: reason }));
}

function keys() {
  return section("keys", switchRow("hotkeys"), keyList());
}
