/**
 * A client for poker tables over WebSockets: a connection that stays open, and a view of a table
 * that stays up to date.
 */

export { Connection, PROTOCOL } from "./protocol.js";
export { Rejected } from "./rejected.js";
export { StateCheck, stateHash } from "./state-hash.js";
export { TableFeed } from "./table-feed.js";
export { applyEvent, GapError, newEvents, readTable } from "./table-state.js";
export { TableView } from "./table-view.js";
export { MIXES, VARIANTS } from "./variants.js";
