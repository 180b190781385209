/** Settings of this browser. */

/** @type {Record<string, any>} */
const values = {
  // "chips" or "blinds".
  amounts: "chips",
  // 0 shows nothing move.
  animation_speed: 1,
  bet_presets: ["min", "half", "pot", "max"],
};
/** @type {((name: string) => void)[]} */
const listeners = [];

/** @param {string} name */
export function setting(name) {
  return values[name];
}

/**
 * @param {string} name
 * @param {any} value
 */
export function setSetting(name, value) {
  values[name] = value;
  for (const listener of listeners) listener(name);
}

/** @param {(name: string) => void} listener */
export function onSetting(listener) {
  listeners.push(listener);
}
