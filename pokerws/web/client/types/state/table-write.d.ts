/**
 * Writes a state as the wire format has it, without the fields that have their default: the reverse
 * of `table-read.js`. Fields that are not known are left out.
 */
export type TableState = import("./table-read.js").TableState;
export type Hand = import("./table-read.js").Hand;
export type Fields = import("./written.js").Fields;
/**
 * The state without the table's id, name and config.
 * @param {TableState} table
 * @returns {Fields}
 */
export declare function writeState(table: TableState): Fields;
