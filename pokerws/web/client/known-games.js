/**
 * The games of an earlier welcome, which the server need not send again.
 */

/** @typedef {import("./messages.js").Welcome} Welcome */

/**
 * The games of a welcome, as they are stored.
 * @typedef {object} Games
 * @property {string} etag
 * @property {NonNullable<Welcome["variants"]>} variants
 * @property {NonNullable<Welcome["mixes"]>} mixes
 */

export class KnownGames {
  /** @param {Games} [stored] of an earlier visit; incomplete ones are not used */
  constructor(stored) {
    /** @type {Games|undefined} */
    this.latest = stored?.etag && stored.variants && stored.mixes ? stored : undefined;
  }

  /** @returns {string|undefined} for hello */
  get etag() {
    return this.latest?.etag;
  }

  forget() {
    this.latest = undefined;
  }

  /**
   * Keep the games of a welcome, or put the known ones where the server has left them out.
   * @param {Welcome} welcome
   * @returns {Welcome}
   */
  complete(welcome) {
    const { games_etag: etag } = welcome;
    const isLeftOut = !welcome.variants && this.latest?.etag === etag;
    const { variants, mixes } = isLeftOut && this.latest ? this.latest : welcome;
    this.latest = etag && variants && mixes ? { etag, variants, mixes } : undefined;
    return { ...welcome, variants, mixes };
  }
}
