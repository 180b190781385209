/**
 * Table names by id, collected from the messages that the page receives.
 */

import { t } from "../texts/texts.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/messages.js").TableSummary} TableSummary */

export class TableNames {
  /** @param {Connection} connection */
  constructor(connection) {
    this.connection = connection;
    this.complete = false;
    /** @type {Map<string, string>} */
    this.names = new Map();
    connection.on("lobby", (message) => this.learn(message.tables));
    connection.on("snapshot", ({ table, state }) => this.names.set(table, state.name));
  }

  /** @param {TableSummary[]} tables */
  learn(tables) {
    for (const { table, name } of tables) this.names.set(table, name);
  }

  /**
   * The name of a table, or a description if the name is not known.
   * @param {string} table
   */
  of(table) {
    return this.names.get(table) ?? t(this.complete ? "account.closed_table" : "account.some_table");
  }

  /** Request the names of all open tables. */
  async loadAll() {
    const answer = await this.connection.request({ type: "list_tables" });
    this.learn(answer.tables);
    this.complete = true;
  }
}
