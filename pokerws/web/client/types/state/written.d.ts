/** How the wire format leaves out fields that have their default. */
export type Fields = {
    [name: string]: any;
};
/** @typedef {{[name: string]: any}} Fields */
/**
 * The required fields, and those that differ from their default.
 * @param {Fields} object
 * @param {string[]} required
 * @param {Fields} defaults
 * @returns {Fields}
 */
export declare function written(object: Fields, required: string[], defaults: Fields): Fields;
