/**
 * What is stored between visits.
 */
export type Identity = {
    /**
     * the guest's secret from an earlier welcome
     */
    session?: string;
    name?: string;
    /**
     * of a link from another device, for the next hello
     */
    code?: string;
    /**
     * the name has changed since the last welcome
     */
    renamed?: boolean;
    games?: import("./known-games.js").Games;
};
export type IdentityStore = {
    load: () => Identity;
    save: (identity: Identity) => void;
};
/**
 * About the player, and the server's games.
 * @typedef {object} Identity
 * @property {string} [session] the guest's secret from an earlier welcome
 * @property {string} [name]
 * @property {string} [code] of a link from another device, for the next hello
 * @property {boolean} [renamed] the name has changed since the last welcome
 * @property {import("./known-games.js").Games} [games]
 */
/**
 * Stores an identity.
 * @typedef {object} IdentityStore
 * @property {() => Identity} load
 * @property {(identity: Identity) => void} save
 */
/** Keeps an identity as long as this object lives. @implements {IdentityStore} */
export declare class MemoryIdentity implements IdentityStore {
    /** @type {Identity} */
    identity: Identity;
    /** @param {string} [name] */
    constructor(name?: string);
    load(): Identity;
    /** @param {Identity} identity */
    save(identity: Identity): void;
}
