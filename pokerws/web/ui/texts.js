/** The page's texts, by key. */

import english from "../texts/en.js";

/** @typedef {keyof typeof english} TextKey */

/**
 * @param {TextKey} key
 * @param {Record<string, string|number>} [values] for the placeholders
 */
export function t(key, values = {}) {
  return english[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
