/** The page's texts, by key. */

import english from "../texts/en.js";

/** @type {Record<string, string>} */
const TEXTS = english;

/**
 * @param {string} key
 * @param {Record<string, string|number>} [values] for the placeholders
 */
export function t(key, values = {}) {
  const text = TEXTS[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
