/**
 * Where on its host the page is: in the root folder, or below a path of a site that it shares with
 * others, such as `/poker/`.
 */

/** @returns {string} the address of the socket, which is in the page's folder */
export function socketUrl() {
  const url = new URL("ws", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

/**
 * The name of a value in the browser's storage, which all folders of a host share.
 * @param {string} name
 * @returns {string}
 */
export function storageKey(name) {
  const folder = new URL(".", location.href).pathname;
  return folder === "/" ? `pokerws.${name}` : `pokerws.${name} ${folder}`;
}
