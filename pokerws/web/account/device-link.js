/**
 * Makes a link with which a guest goes on playing on another device.
 *
 * The code is in the link's fragment, which browsers do not send to servers.
 */

import { describeRejection } from "../model/refusals.js";
import { byId, setText } from "../ui/dom.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */

export class DeviceLink {
  /** @param {Connection} connection */
  constructor(connection) {
    this.connection = connection;
    byId("device-link-make").addEventListener("click", () => this.make());
    byId("device-link-url").addEventListener("focus", () => byId("device-link-url").select());
    byId("account-dialog").addEventListener("close", () => this.forget());
    // Players with a token sign in there with one.
    connection.on("welcome", ({ session }) => {
      byId("device-link").hidden = session === undefined;
    });
  }

  async make() {
    this.forget();
    try {
      const { code } = await this.connection.request({ type: "create_link" });
      const link = new URL(location.href);
      link.hash = new URLSearchParams({ code }).toString();
      byId("device-link-url").value = link.href;
      for (const id of ["device-link-made", "device-link-url"]) byId(id).hidden = false;
    } catch (error) {
      setText(byId("device-link-error"), describeRejection(/** @type {any} */ (error)));
      byId("device-link-error").hidden = false;
    }
  }

  /** Show no link any more. */
  forget() {
    byId("device-link-url").value = "";
    for (const part of ["made", "url", "error"]) byId(`device-link-${part}`).hidden = true;
  }
}
