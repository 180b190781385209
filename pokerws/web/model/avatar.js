/** The colour of a player's avatar. */

const COLOURS = 8;

/**
 * One of eight colours for a name: always the same one, and each as often as the others. The hash
 * is FNV-1a with 32 bits, whose bits are mixed once more since names are short.
 * @param {string} name
 * @returns {number} from 0 to 7
 */
export function avatarColour(name) {
  let hash = 0x811c9dc5;
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return Math.floor(((hash >>> 0) / 2 ** 32) * COLOURS);
}
