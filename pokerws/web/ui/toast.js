/**
 * Toasts: short messages, such as rejections and server notices, that disappear by themselves.
 */

import { sentence } from "../model/format.js";
import { describeRejection } from "../model/refusals.js";
import { announce } from "./announce.js";
import { byId, setText } from "./dom.js";

const SHORT_MS = 4_000;
const LONG_MS = 12_000;

/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/**
 * @param {string} text
 * @param {boolean} [long] show it for longer
 */
export function showToast(text, long = false) {
  const place = byId("message");
  place.hidden = false;
  setText(place, sentence(text));
  announce(sentence(text));
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.hidden = true;
  }, long ? LONG_MS : SHORT_MS);
}

/**
 * Show why a command was rejected.
 * @param {import("../model/refusals.js").Refusal} error
 */
export function showRejection(error) {
  showToast(describeRejection(error));
}
