/**
 * The server's names of hands, such as "pair of kings", in the viewer's language. A name that is not
 * known, from a newer server, is shown as it is.
 */

import { hasText, t } from "../texts/texts.js";

/** @typedef {import("../texts/texts.js").TextKey} TextKey */

/** The server's names, with the ranks in them. @type {[RegExp, TextKey][]} */
const NAMES = [
  [/^royal flush$/, "hand.royal_flush"],
  [/^straight flush, (?<rank>\w+) high$/, "hand.straight_flush"],
  [/^four of a kind, (?<ranks>\w+)$/, "hand.four_of_a_kind"],
  [/^full house, (?<ranks>\w+) full of (?<others>\w+)$/, "hand.full_house"],
  [/^flush, (?<rank>\w+) high$/, "hand.flush"],
  [/^straight, (?<rank>\w+) high$/, "hand.straight"],
  [/^three of a kind, (?<ranks>\w+)$/, "hand.three_of_a_kind"],
  [/^two pair, (?<ranks>\w+) and (?<others>\w+)$/, "hand.two_pair"],
  [/^pair of (?<ranks>\w+)$/, "hand.pair"],
  [/^(?<rank>\w+) high$/, "hand.high_card"],
  [/^(?<cards>[\dAKQJ-]+) low$/, "hand.low"],
  [/^badugi, (?<cards>[\dAKQJ-]+)$/, "hand.badugi"],
  [/^three-card badugi, (?<cards>[\dAKQJ-]+)$/, "hand.badugi_3"],
  [/^two-card badugi, (?<cards>[\dAKQJ-]+)$/, "hand.badugi_2"],
  [/^one-card badugi, (?<cards>[\dAKQJ-]+)$/, "hand.badugi_1"],
];

/**
 * @param {string} name the server's
 * @returns {string}
 */
export function handInWords(name) {
  for (const [pattern, key] of NAMES) {
    const found = pattern.exec(name);
    if (found) return t(key, inWords(found.groups ?? {}));
  }
  return name;
}

/**
 * @param {Record<string, string>} parts
 * @returns {Record<string, string>}
 */
function inWords({ cards, ...ranks }) {
  const words = Object.entries(ranks).map(([name, rank]) => {
    const key = `rank.${rank}`;
    return [name, hasText(key) ? t(key) : rank];
  });
  return { ...Object.fromEntries(words), ...(cards && { cards }) };
}
