/**
 * Compares modules with their minified forms: prints the names of those whose syntax trees differ.
 * Called with the folders of both.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "acorn";

/**
 * @param {string} path
 * @returns {string} the syntax tree without places
 */
function tree(path) {
  const parsed = parse(readFileSync(path, "utf8"), { ecmaVersion: "latest", sourceType: "module" });
  return JSON.stringify(parsed, (key, value) => {
    if (key === "start" || key === "end") return undefined;
    // A pattern is an object, of which JSON has nothing; its source is beside it.
    return value instanceof RegExp ? String(value) : value;
  });
}

const [sources, minified] = process.argv.slice(2);
for (const name of readdirSync(sources, { recursive: true, encoding: "utf8" })) {
  if (!name.endsWith(".js")) continue;
  if (tree(join(sources, name)) !== tree(join(minified, name))) console.log(name);
}
