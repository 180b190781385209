/** Builds the fields of the form of a table's config, in sections that can be closed. */

import { MIXES, VARIANTS } from "../client/variants.js";
import { gameName, groupOf, GROUPS, isMix } from "../model/games.js";
import { make } from "../ui/dom.js";
import { hasText, t } from "../texts/texts.js";
import { SECTIONS } from "./options.js";

/** @typedef {import("./options.js").Option} Option */

/** @returns {HTMLElement[]} */
export function buildFields() {
  return Object.entries(SECTIONS).map(([name, options]) => {
    if (name === "basics") return make("div", { class: "section" }, gameField(), ...inRows(options));
    const summary = make("summary", { text: t(/** @type {any} */ (`new_table.section.${name}`)) });
    const section = { class: "section", "data-section": name };
    return make("details", section, summary, ...inRows(options));
  });
}

/** @param {Option[]} options */
function inRows(options) {
  const games = options.filter(({ kind }) => kind === "games").map(gameBoxes);
  const fields = options.filter(({ kind }) => kind !== "games").map(field);
  return [...games, make("div", { class: "fields" }, ...fields)];
}

function gameField() {
  const codes = [...Object.keys(VARIANTS), ...Object.keys(MIXES)];
  const groups = GROUPS.map((group) => {
    const options = codes
      .filter((code) => groupOf(code) === group)
      .map((code) => make("option", { value: code, text: optionName(code) }));
    return make("optgroup", { label: t(`games.${group}`) }, ...options);
  });
  const select = make("select", { name: "variant" }, ...groups);
  return make("label", {}, make("span", { text: t("new_table.game") }), select);
}

/** @param {string} code */
function optionName(code) {
  return isMix(code) && !MIXES[code].games.length ? t("new_table.custom_mix") : gameName(code);
}

/** @param {Option} option */
function gameBoxes({ path, key }) {
  const boxes = Object.keys(VARIANTS).map((code) =>
    make(
      "label",
      { class: "toggle" },
      make("input", { type: "checkbox", name: path, value: code }),
      make("span", { text: gameName(code) }),
    ),
  );
  const legend = make("legend", { text: textOf(key) });
  return make("fieldset", { class: "mix-games", hidden: true }, legend, make("div", {}, ...boxes));
}

/** @param {Option} option */
function field(option) {
  const { path, kind, key, choices = [] } = option;
  const words = make("span", { text: textOf(key) });
  if (kind === "switch" || kind === "part") {
    const box = make("input", { type: "checkbox", name: path });
    return make("label", { class: kind === "part" ? "toggle part" : "toggle" }, box, words);
  }
  if (kind === "choice") {
    const options = choices.map((value) =>
      make("option", { value: String(value), text: textOf(`${key}.${value}`) }),
    );
    return make("label", {}, words, make("select", { name: path }, ...options));
  }
  return make("label", {}, words, kind === "list" ? listInput(option) : numberInput(option));
}

/** @param {Option} option */
function numberInput({ path, key, min = 0, max = 0, scale = 1, zero }) {
  const own = `${key}.default`;
  const placeholder = zero ? textOf(hasText(`new_table.${own}`) ? own : `zero.${zero}`) : "";
  return make("input", {
    type: "number",
    name: path,
    min: String(min / scale),
    max: String(max / scale),
    step: scale === 1 ? "1" : "any",
    inputmode: scale === 1 ? "numeric" : "decimal",
    required: !zero,
    ...(placeholder && { placeholder }),
  });
}

/** @param {Option} option */
function listInput({ path, key }) {
  return make("input", {
    name: path,
    maxlength: "60",
    pattern: "[0-9.,; ]*",
    autocomplete: "off",
    placeholder: textOf(`${key}.default`),
  });
}

/** @param {string} key */
function textOf(key) {
  return t(/** @type {any} */ (`new_table.${key}`));
}
