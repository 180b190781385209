/** The rows of the settings: each shows a setting, changes it, and follows changes from elsewhere. */

import { onSetting, setSetting, setting } from "../model/settings.js";
import { hasText, t } from "../texts/texts.js";
import { make } from "../ui/dom.js";

/** @typedef {import("../model/settings.js").SettingName} SettingName */
/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/** The text of a setting or of one of its values. @param {...string} names */
export function textOf(...names) {
  return t(/** @type {TextKey} */ (["settings", ...names].join(".")));
}

/**
 * A setting that is on or off.
 * @param {SettingName} name
 */
export function switchRow(name) {
  const box = make("input", { type: "checkbox", name, role: "switch" });
  box.addEventListener("change", () => setSetting(name, box.checked));
  follow(name, (value) => (box.checked = value));
  return row(name, box, "switch");
}

/**
 * A setting with a few values.
 * @param {SettingName} name
 * @param {string[]} values
 */
export function choiceRow(name, values) {
  const options = values.map((value) => make("option", { value, text: textOf(name, value) }));
  const list = make("select", { name }, ...options);
  list.addEventListener("change", () => setSetting(name, list.value));
  follow(name, (value) => (list.value = value));
  return row(name, list, "choice");
}

/**
 * A setting in percent.
 * @param {SettingName} name
 */
export function percentRow(name) {
  const slider = make("input", { type: "range", name, min: "0", max: "100", step: "5" });
  slider.addEventListener("change", () => setSetting(name, Number(slider.value)));
  follow(name, (value) => (slider.value = value));
  return row(name, slider, "choice");
}

/**
 * @param {SettingName} name
 * @param {HTMLElement} control
 * @param {string} kind
 */
export function row(name, control, kind) {
  const hint = `settings.${name}.hint`;
  const about = hasText(hint) ? [make("small", { class: "soft", id: `${name}-hint`, text: t(hint) })] : [];
  if (about.length) control.setAttribute("aria-describedby", `${name}-hint`);
  const words = make("span", {}, make("span", { text: textOf(name) }));
  return make("div", { class: `setting ${kind}` }, make("label", {}, words, control), ...about);
}

/**
 * Show a setting now and when it changes. The dialog lives as long as the page.
 * @param {SettingName} name
 * @param {(value: any) => void} show
 */
function follow(name, show) {
  show(setting(name));
  onSetting((changed) => changed === name && show(setting(name)));
}
