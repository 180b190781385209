/**
 * What is stored between visits.
 */

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
export class MemoryIdentity {
  /** @param {string} [name] */
  constructor(name) {
    /** @type {Identity} */
    this.identity = { name };
  }

  load() {
    return this.identity;
  }

  /** @param {Identity} identity */
  save(identity) {
    this.identity = identity;
  }
}
