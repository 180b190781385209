/**
 * What a player has chosen for this browser. Values that are not kept, or are not possible, are the
 * defaults; other tabs of the browser hear of changes.
 */

import { storageKey } from "../net/folder.js";
import { storage } from "../net/storage.js";

/** @typedef {typeof DEFAULTS} Settings */
/** @typedef {keyof Settings} SettingName */
/** @typedef {(name: SettingName) => void} SettingListener */

export const DEFAULTS = {
  /** Empty for the browser's. @type {string} */
  language: "",
  amounts: /** @type {"chips"|"bb"} */ ("chips"),
  four_colours: false,
  theme: /** @type {"dark"|"light"|"contrast"} */ ("dark"),
  deck: /** @type {"classic"|"large"} */ ("classic"),
  card_back: /** @type {"green"|"blue"|"red"} */ ("red"),
  animation_speed: /** @type {"off"|"fast"|"normal"|"slow"} */ ("normal"),
  sound: false,
  /** In percent. */
  volume: 60,
  vibration: false,
  notifications: false,
  hotkeys: true,
  auto_muck: true,
  auto_top_up: false,
  /** Whether to ask before a fold where a check is free. */
  fold_guard: true,
  /** Whether the table that needs an action comes forward by itself. */
  follow_turn: false,
  /** Bets to offer: the least, parts of the pot in percent, big blinds, and all.
   * @type {string[]} */
  presets: ["min", "50%", "100%", "max"],
};

/** @param {...string} words */
const oneOf =
  (...words) =>
  (/** @type {unknown} */ value) =>
    typeof value === "string" && words.includes(value);
/** @param {unknown} value */
const isSwitch = (value) => typeof value === "boolean";

/** So many have room on every screen. */
export const MOST_PRESETS = 5;
const PRESET = /^(min|max|[1-9]\d{0,2}%|[1-9]\d{0,2}(\.5)?bb)$/;

/** Which values are possible. @type {Record<SettingName, (value: unknown) => boolean>} */
const IS_POSSIBLE = {
  language: oneOf("", "en", "de", "es", "fr", "pt", "zh"),
  amounts: oneOf("chips", "bb"),
  four_colours: isSwitch,
  theme: oneOf("dark", "light", "contrast"),
  deck: oneOf("classic", "large"),
  card_back: oneOf("green", "blue", "red"),
  animation_speed: oneOf("off", "fast", "normal", "slow"),
  sound: isSwitch,
  volume: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100,
  vibration: isSwitch,
  notifications: isSwitch,
  hotkeys: isSwitch,
  auto_muck: isSwitch,
  auto_top_up: isSwitch,
  fold_guard: isSwitch,
  follow_turn: isSwitch,
  presets: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_PRESETS &&
    value.every((preset) => typeof preset === "string" && PRESET.test(preset)),
};

const KEY = storageKey("settings");
const FORMAT = "pokerws settings 1";
const MOST_CHARACTERS = 10_000;

/** @type {Set<SettingListener>} */
const listeners = new Set();
/** What is kept, until it changes; it is asked for in every frame.
 * @type {Record<string, any>|null} */
let read = null;

/** Settings that cannot be imported; `key` and `values` are of the text that says why. */
export class SettingsError extends Error {
  /**
   * @param {import("../texts/texts.js").TextKey} key
   * @param {Record<string, string>} [values]
   */
  constructor(key, values = {}) {
    super(`${key} ${JSON.stringify(values)}`);
    this.key = key;
    this.values = values;
  }
}

/**
 * @param {string} name
 * @returns {name is SettingName}
 */
function isName(name) {
  return Object.hasOwn(DEFAULTS, name);
}

/**
 * @template {SettingName} Name
 * @param {Name} name
 * @returns {Settings[Name]}
 */
export function setting(name) {
  read ??= storage.readObject(KEY);
  const kept = read[name];
  return IS_POSSIBLE[name](kept) ? kept : DEFAULTS[name];
}

/**
 * @template {SettingName} Name
 * @param {Name} name
 * @param {Settings[Name]} value
 */
export function setSetting(name, value) {
  if (!IS_POSSIBLE[name](value)) throw new RangeError(`${name} cannot be ${JSON.stringify(value)}`);
  storage.writeObject(KEY, { ...storage.readObject(KEY), [name]: value });
  tell([name]);
}

/**
 * Call `listener` with the name of each setting that changes, here or in another tab.
 * @param {SettingListener} listener
 * @returns {() => void} ends it
 */
export function onSetting(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** @param {SettingName[]} names */
function tell(names) {
  read = null;
  for (const name of names) for (const listener of listeners) listener(name);
}

const NAMES = /** @type {SettingName[]} */ (Object.keys(DEFAULTS));

/** All settings as JSON, for another browser. */
export function exportSettings() {
  const settings = Object.fromEntries(NAMES.map((name) => [name, setting(name)]));
  return `${JSON.stringify({ format: FORMAT, settings }, null, 2)}\n`;
}

/**
 * Take over exported settings; those that are not in the text stay.
 * @param {string} text
 * @throws {SettingsError} then nothing is changed
 */
export function importSettings(text) {
  if (text.length > MOST_CHARACTERS) throw new SettingsError("settings.too_large");
  const settings = settingsIn(text);
  for (const [name, value] of Object.entries(settings)) {
    if (!isName(name)) throw new SettingsError("settings.unknown", { name });
    if (!IS_POSSIBLE[name](value)) throw new SettingsError("settings.invalid", { name });
  }
  storage.writeObject(KEY, { ...storage.readObject(KEY), ...settings });
  tell(/** @type {SettingName[]} */ (Object.keys(settings)));
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>}
 */
function settingsIn(text) {
  try {
    const { format, settings } = JSON.parse(text);
    const isObject = typeof settings === "object" && settings !== null && !Array.isArray(settings);
    if (format === FORMAT && isObject) return settings;
  } catch {
    // It is not JSON, or not an object.
  }
  throw new SettingsError("settings.not_json");
}

/** Hear of changes in other tabs. */
export function followOtherTabs() {
  addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) tell(NAMES);
  });
  // A page that comes back from the browser's memory has heard of nothing meanwhile.
  addEventListener("pageshow", ({ persisted }) => persisted && tell(NAMES));
}
