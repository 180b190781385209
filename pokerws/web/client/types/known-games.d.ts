/**
 * The games of an earlier welcome, which the server need not send again.
 */
export type Welcome = import("./messages.js").Welcome;
export type Games = {
    etag: string;
    variants: NonNullable<Welcome["variants"]>;
    mixes: NonNullable<Welcome["mixes"]>;
};
/** @typedef {import("./messages.js").Welcome} Welcome */
/**
 * The games of a welcome, as they are stored.
 * @typedef {object} Games
 * @property {string} etag
 * @property {NonNullable<Welcome["variants"]>} variants
 * @property {NonNullable<Welcome["mixes"]>} mixes
 */
export declare class KnownGames {
    /** @type {Games|undefined} */
    latest: Games | undefined;
    /** @param {Games} [stored] of an earlier visit; incomplete ones are not used */
    constructor(stored?: Games);
    /** @returns {string|undefined} for hello */
    get etag(): string | undefined;
    forget(): void;
    /**
     * Keep the games of a welcome, or put the known ones where the server has left them out.
     * @param {Welcome} welcome
     * @returns {Welcome}
     */
    complete(welcome: Welcome): Welcome;
}
