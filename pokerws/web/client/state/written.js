/** How the wire format leaves out fields that have their default. */

/** @typedef {{[name: string]: any}} Fields */

/**
 * The required fields, and those that differ from their default.
 * @param {Fields} object
 * @param {string[]} required
 * @param {Fields} defaults
 * @returns {Fields}
 */
export function written(object, required, defaults) {
  /** @type {Fields} */
  const fields = {};
  for (const name of required) fields[name] = object[name];
  for (const [name, value] of Object.entries(defaults)) {
    const given = object[name];
    const isEmptyList = Array.isArray(value) && given?.length === 0;
    if (given !== undefined && given !== value && !isEmptyList) fields[name] = given;
  }
  return fields;
}
