/**
 * The authentication token signed by the operator's service. It comes from the URL fragment
 * (`#token=…`, which browsers do not send) or from a form. It is kept in session storage and sent
 * only in a hello.
 */

import { storageKey } from "./folder.js";
import { tabStorage } from "./storage.js";

const TOKEN = storageKey("token");

/** @returns {string|null} */
export function token() {
  return tabStorage.read(TOKEN);
}

/** @param {string} value */
export function keepToken(value) {
  tabStorage.write(TOKEN, value);
}

export function forgetToken() {
  tabStorage.remove(TOKEN);
}

/**
 * Move a token from the address to session storage, so that it is not shown, copied or bookmarked.
 * @returns {boolean} whether there was one
 */
export function takeTokenFromAddress() {
  const given = takeFromAddress("token");
  if (given === null) return false;
  keepToken(given);
  return true;
}

/**
 * Remove a secret from the address.
 * @param {"token"|"code"} name
 * @returns {string|null}
 */
export function takeFromAddress(name) {
  const parts = new URLSearchParams(location.hash.slice(1));
  const given = parts.get(name);
  if (given === null) return null;
  parts.delete(name);
  const rest = parts.toString();
  history.replaceState(null, "", `${location.pathname}${location.search}${rest && `#${rest}`}`);
  return given.trim();
}
