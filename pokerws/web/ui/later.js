/** What the lobby does not need: the server has listed it in the page, and it is fetched afterwards. */

export function loadLater() {
  for (const link of document.querySelectorAll('link[rel="later"]')) {
    const { as } = /** @type {HTMLLinkElement} */ (link);
    /** @type {HTMLLinkElement} */ (link).rel = as === "style" ? "stylesheet" : "modulepreload";
  }
}

/** Wait for the style sheets, so that nothing is shown without its own. */
export async function styled() {
  loadLater();
  /** @type {NodeListOf<HTMLLinkElement>} */
  const links = document.querySelectorAll('link[rel="stylesheet"]');
  const missing = [...links].filter(({ sheet }) => !sheet);
  const loaded = missing.map((link) => {
    return new Promise((done) => {
      // A sheet that cannot be fetched is no reason to show nothing.
      for (const end of ["load", "error"]) link.addEventListener(end, done);
    });
  });
  await Promise.all(loaded);
}
