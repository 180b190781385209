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
