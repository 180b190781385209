/**
 * The players at a table who are not connected, as the server tells it.
 */
export type Message = import("./protocol.js").Message;
export type TableState = import("./state/table-state.js").TableState;
/** @typedef {import("./protocol.js").Message} Message */
/** @typedef {import("./state/table-state.js").TableState} TableState */
export declare class Absences {
    /** @type {Set<string>} ids of players */
    players: Set<string>;
    constructor();
    /** @param {string|undefined} player */
    has(player: string | undefined): boolean;
    /** Nobody is absent, unless the server says so next. */
    clear(): void;
    /** @param {Message} message */
    take({ type, player, absent }: Message): void;
    /**
     * A player has stood up. Nothing more is told of one without a seat.
     * @param {string} player
     */
    stood(player: string): void;
}
