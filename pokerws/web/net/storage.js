/**
 * What the browser keeps of the page. Where its storage is blocked, full or has been damaged, values
 * are kept in memory until the page is closed, so that the page works all the same.
 */

export class Kept {
  /** @param {() => Storage} open returns the browser's storage, or throws if that is blocked */
  constructor(open) {
    this.open = open;
    /** Values that the browser did not take; null for one that it did not remove.
     * @type {Map<string, string|null>} */
    this.memory = new Map();
  }

  /**
   * @param {string} name
   * @returns {string|null}
   */
  read(name) {
    const kept = this.memory.get(name);
    if (kept !== undefined) return kept;
    try {
      return this.open().getItem(name);
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  write(name, text) {
    try {
      this.open().setItem(name, text);
      this.memory.delete(name);
    } catch {
      this.memory.set(name, text);
    }
  }

  /** @param {string} name */
  remove(name) {
    try {
      this.open().removeItem(name);
      this.memory.delete(name);
    } catch {
      this.memory.set(name, null);
    }
  }

  /**
   * An object that was written as JSON; an empty one if there is none, or what is there is damaged.
   * @param {string} name
   * @returns {Record<string, any>}
   */
  readObject(name) {
    try {
      const value = JSON.parse(this.read(name) ?? "{}");
      return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
    } catch {
      return {};
    }
  }

  /**
   * @param {string} name
   * @param {object} value
   */
  writeObject(name, value) {
    this.write(name, JSON.stringify(value));
  }
}

/** What stays when the browser is closed, and what all pages of the site share. */
export const storage = new Kept(() => localStorage);
/** What one tab keeps until it is closed. */
export const tabStorage = new Kept(() => sessionStorage);
