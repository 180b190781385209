/**
 * What the server refuses or reports, in the viewer's language: by its code, with its details as
 * values. Where there is no text for a code, or a value is missing, the server's own text is shown.
 */

import { hasText, placeholdersOf, t } from "../texts/texts.js";
import { chips, sentence, timeOf } from "./format.js";

/** @typedef {import("../texts/texts.js").Values} Values */
/** @typedef {Error & {code?: string, untilMs?: number|null, details?: Record<string, any>}} Refusal */
/** @typedef {{code: string, message: string, until_ms?: number|null}} Notice */

/**
 * @param {Refusal} error
 * @returns {string} one sentence
 */
export function describeRejection({ code = "", message, untilMs, details = {} }) {
  const field = code === "bad_config" ? details.field : undefined;
  const key = field ? `refused.${field}` : `refused.${code}`;
  const known = textOf(key, message, details);
  const text = withEnd(known ?? sentence(message || t("refused.unknown")), untilMs);
  return /[.!?…。！？]$/.test(text) ? text : `${text}.`;
}

/**
 * @param {Notice} notice
 * @returns {string}
 */
export function describeNotice({ code, message, until_ms: untilMs }) {
  return withEnd(textOf(`notice.${code}`, message, {}) ?? sentence(message), untilMs);
}

/**
 * A text with the time when a ban, mute or kick ends, if it has one.
 * @param {string} text
 * @param {number|null} [untilMs]
 */
function withEnd(text, untilMs) {
  return untilMs ? t("refused.with_end", { text, time: timeOf(untilMs, Date.now()) }) : text;
}

/**
 * @param {string} key
 * @param {string} message
 * @param {Record<string, any>} details
 * @returns {string|null}
 */
function textOf(key, message, details) {
  if (!hasText(key)) return null;
  /** @type {Values} */
  const values = {};
  for (const [name, value] of Object.entries(details)) {
    values[name] = typeof value === "number" ? chips(value) : String(value);
  }
  // The reason that an operator gave follows a colon.
  const [, reason] = /: (.+)$/.exec(message) ?? [];
  if (reason) values.reason = reason;
  const isWhole = placeholdersOf(key).every((name) => values[name] !== undefined);
  return isWhole ? t(key, values) : null;
}
