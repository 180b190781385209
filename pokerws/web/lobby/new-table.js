/** Creates a table from the lobby. */

import { byId } from "../ui/dom.js";
import { styled } from "../ui/later.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */

export class NewTable {
  /**
   * @param {Connection} connection
   * @param {(table: string, key?: string) => void} openTable `key` is that of an unlisted table
   */
  constructor(connection, openTable) {
    this.connection = connection;
    this.openTable = openTable;
    /** @type {import("../config/config-dialog.js").ConfigDialog|null} */
    this.dialog = null;
    byId("new-table").addEventListener("click", () => this.show());
  }

  async show() {
    // The form is large, and most players never open it.
    const [{ ConfigDialog }] = await Promise.all([import("../config/config-dialog.js"), styled()]);
    this.dialog ??= new ConfigDialog("new-table");
    const name = this.connection.welcome?.name;
    this.dialog.open({
      title: t("new_table.title"),
      confirm: t("new_table.create"),
      name: name ? t("new_table.default_name", { name }) : "",
      config: {},
      send: async (config, title) => {
        const answer = await this.connection.request({ type: "create_table", name: title, config });
        this.openTable(/** @type {string} */ (answer.table), answer.key);
      },
    });
  }
}
