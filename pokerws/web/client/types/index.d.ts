/**
 * A client for poker tables over WebSockets: a connection that stays open, and a view of a table
 * that stays up to date.
 */
export { Absences } from "./absences.js";
export { Connection, PROTOCOL } from "./protocol.js";
export { Rejected } from "./rejected.js";
export { StateCheck, stateHash } from "./state/state-hash.js";
export { TableFeed } from "./table-feed.js";
export { applyEvent, GapError, newEvents, readTable } from "./state/table-state.js";
export { TableView } from "./table-view.js";
export { MIXES, VARIANTS } from "./variants.js";
export type Closed = import("./protocol.js").Closed;
export type Identity = import("./protocol.js").Identity;
export type IdentityStore = import("./protocol.js").IdentityStore;
export type TokenProvider = import("./protocol.js").TokenProvider;
export type Hand = import("./state/table-read.js").Hand;
export type HandSeat = import("./state/table-read.js").HandSeat;
export type Seat = import("./state/table-read.js").Seat;
export type TableState = import("./state/table-read.js").TableState;
export type Turn = import("./state/table-read.js").Turn;
export type TableEvent = import("./state/table-state.js").TableEvent;
export type ViewHandlers = import("./table-view.js").ViewHandlers;
export type Variant = import("./variants.js").Variant;
/** @typedef {import("./protocol.js").Closed} Closed */
/** @typedef {import("./protocol.js").Identity} Identity */
/** @typedef {import("./protocol.js").IdentityStore} IdentityStore */
/** @typedef {import("./protocol.js").TokenProvider} TokenProvider */
/** @typedef {import("./state/table-read.js").Hand} Hand */
/** @typedef {import("./state/table-read.js").HandSeat} HandSeat */
/** @typedef {import("./state/table-read.js").Seat} Seat */
/** @typedef {import("./state/table-read.js").TableState} TableState */
/** @typedef {import("./state/table-read.js").Turn} Turn */
/** @typedef {import("./state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("./table-view.js").ViewHandlers} ViewHandlers */
/** @typedef {import("./variants.js").Variant} Variant */
