/**
 * The hash of a table's state, with which a client notices that it has applied an event wrongly.
 * The document of the protocol defines it ("Checking the state").
 */
export type TableState = import("./table-read.js").TableState;
/**
 * @param {TableState} table
 * @param {string|null|undefined} player the viewer's id; without one, the viewer is a spectator
 * @returns {string} 10 decimal digits
 */
export declare function stateHash(table: TableState, player: string | null | undefined): string;
/** Compares the state with the hashes that the server sends. */
export declare class StateCheck {
    /** Whether the hashes can be compared. */
    active: boolean;
    constructor();
    /**
     * Begin with the state of a snapshot. If its own hash differs, then the server is newer and has
     * fields in the state that are unknown here, so that no hash can be compared.
     * @param {TableState} table
     * @param {string|null|undefined} player
     * @param {string|null|undefined} expected the `state_hash` of the snapshot
     */
    begin(table: TableState, player: string | null | undefined, expected: string | null | undefined): void;
    /**
     * @param {TableState} table after all events of a message
     * @param {string|null|undefined} player
     * @param {string|null|undefined} expected the `state_hash` of the message, if it has one
     * @returns {boolean} false if the state is wrong
     */
    holds(table: TableState, player: string | null | undefined, expected: string | null | undefined): boolean;
}
/**
 * The shortest JSON, with the members of objects sorted by name.
 * @param {any} value
 * @returns {string}
 */
export declare function canonicalJson(value: any): string;
