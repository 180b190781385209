/**
 * The token that the operator's own service has signed, where the server asks for one: from the
 * address (`#token=…`, which a browser sends to nobody) or pasted by hand. It is kept for as long
 * as the tab is open, and goes nowhere but into a hello.
 */

const TOKEN = "pokerws.token";

/** @returns {string|null} */
export function token() {
  return sessionStorage.getItem(TOKEN);
}

/** @param {string} value */
export function keepToken(value) {
  sessionStorage.setItem(TOKEN, value);
}

export function forgetToken() {
  sessionStorage.removeItem(TOKEN);
}

/**
 * Take a token out of the address, where it must not be seen, copied or remembered.
 * @returns {boolean} whether there was one
 */
export function takeTokenFromAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  const given = parts.get("token");
  if (given === null) return false;
  parts.delete("token");
  const rest = parts.toString();
  history.replaceState(null, "", `${location.pathname}${location.search}${rest && `#${rest}`}`);
  keepToken(given.trim());
  return true;
}
