/**
 * All that the host of a table may do: with those who ask for a seat, the players, the bots, the
 * bank, and the table itself. The server checks each command again, and its refusals are shown.
 */

import { writeConfig } from "../client/state/table-config.js";
import { ConfigDialog } from "../config/config-dialog.js";
import { make, setText } from "../ui/dom.js";
import { confirmed } from "../ui/modal.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";
import { AddBot } from "./add-bot.js";
import { playerLines } from "./player-lines.js";

/** @typedef {import("./view.js").View} View */
/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("./player-lines.js").Line} Line */

export class HostControls {
  /**
   * @param {(message: Message) => Promise<Message>} send
   * @param {() => void} invite shows the table's link
   */
  constructor(send, invite) {
    this.send = send;
    this.invite = invite;
    /** @type {View|null} */
    this.scene = null;
    /** Names of players that the page has seen here, also of those who left. @type {Map<string, string>} */
    this.names = new Map();
    /** What the host is writing at each player. @type {Map<string, string>} */
    this.amounts = new Map();
    this.shown = "";
    this.dialog = new ConfigDialog("change-table");
    this.lists = make("div", { class: "host-lists" });
    this.addBot = new AddBot((message) => this.carryOut(message));
    this.pause = this.button("pause", "", () => this.togglePause());
    this.change = this.button("change", t("host.change"), () => this.openChange());
    this.planned = make("p", { class: "soft", role: "status" });
    this.keep = this.button("keep", t("host.keep"), () => this.keepConfig());
    this.plan = make("div", { class: "planned" }, this.planned, this.keep);
    this.newLink = this.button("renew", t("host.renew_link"), () => this.renewLink());
    const end = this.button("close", t("host.close"), () => this.closeTable());
    end.classList.add("danger");
    this.element = make(
      "section",
      { class: "host", "aria-labelledby": "host-title", hidden: true },
      make("h3", { id: "host-title", text: t("host.title") }),
      make("div", { class: "menu-buttons" }, this.pause, this.change, this.newLink, end),
      this.plan,
      this.lists,
      this.addBot.element,
    );
  }

  /**
   * @param {string} action
   * @param {string} text
   * @param {() => unknown} onclick
   */
  button(action, text, onclick) {
    return make("button", { type: "button", class: "small", "data-host": action, text, onclick });
  }

  /**
   * Send a command of the host, and show why it is refused.
   * @param {Message} message
   * @returns {Promise<boolean>}
   */
  async carryOut(message) {
    try {
      await this.send(message);
      return true;
    } catch (error) {
      showRejection(/** @type {any} */ (error));
      return false;
    }
  }

  /** Remember the names of those who may leave. @param {TableState} table */
  note(table) {
    for (const one of [...table.seats, ...table.hosting.requests, ...table.hosting.bank]) {
      if (one) this.names.set(one.player, one.name);
    }
  }

  /**
   * @param {View} scene
   * @param {boolean} isHost
   */
  render(scene, isHost) {
    this.scene = scene;
    const { table, live } = scene;
    this.element.hidden = !isHost;
    if (!isHost) return;
    this.note(table);
    const { hosting, config } = table;
    setText(this.pause, t(hosting.paused ? "host.resume" : "host.pause"));
    this.newLink.hidden = !config.hosting.unlisted;
    setText(this.planned, hosting.next_config ? t("host.planned") : "");
    this.plan.hidden = !hosting.next_config;
    this.addBot.render(table);
    const lines = playerLines(table, scene.player, this.names);
    const shown = JSON.stringify(lines);
    if (shown !== this.shown) {
      this.shown = shown;
      this.showLines(lines);
    }
    for (const button of this.element.querySelectorAll("button")) button.disabled = !live;
  }

  /** Show the lists, and keep the focus where it was. @param {Line[]} lines */
  showLines(lines) {
    const focused = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset.focus;
    const groups = new Map(lines.map((line) => [line.group, /** @type {Line[]} */ ([])]));
    for (const line of lines) groups.get(line.group)?.push(line);
    this.lists.replaceChildren(
      ...[...groups].flatMap(([group, members]) => [
        make("h4", { text: t(/** @type {any} */ (`host.group.${group}`)) }),
        make("ul", { "data-group": group }, ...members.map((line) => this.line(line))),
      ]),
    );
    if (focused) this.lists.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  /** @param {Line} line */
  line({ group, player, name, note, actions, bank }) {
    const buttons = actions.map((action) => {
      const words = group === "approved" ? "withdraw" : action;
      const button = this.button(action, t(/** @type {any} */ (`host.${words}`)), () =>
        this.act(action, player, name),
      );
      button.dataset.focus = `${action} ${player}`;
      button.setAttribute("aria-label", `${button.textContent}: ${name}`);
      return button;
    });
    const words = make("p", {}, make("b", { text: name }), make("span", { class: "soft", text: note }));
    const row = make("div", { class: "row" }, ...buttons);
    return make("li", { "data-player": player }, words, row, ...(bank ? [this.bankForm(player, name)] : []));
  }

  /**
   * @param {string} player
   * @param {string} name
   */
  bankForm(player, name) {
    const label = t("host.chips_of", { name });
    const bounds = { type: "number", min: "1", step: "1", inputmode: "numeric", required: true };
    const amount = make("input", { ...bounds, "aria-label": label, placeholder: t("host.chips") });
    amount.value = this.amounts.get(player) ?? "";
    amount.addEventListener("input", () => this.amounts.set(player, amount.value));
    /** @param {"give_chips"|"take_chips"} type */
    const move = async (type) => {
      const { value } = amount;
      if (!amount.reportValidity()) return;
      // The moved chips draw the lists again, and the host may be writing the next amount.
      this.amounts.delete(player);
      amount.value = "";
      const isDone = await this.carryOut({ type, player, amount: Number(value) });
      if (isDone || this.amounts.get(player)) return;
      this.amounts.set(player, value);
      amount.value = value;
    };
    const give = this.button("give_chips", t("host.give_chips"), () => move("give_chips"));
    const take = this.button("take_chips", t("host.take_chips"), () => move("take_chips"));
    for (const one of [give, take]) one.setAttribute("aria-label", `${one.textContent}: ${name}`);
    amount.dataset.focus = `amount ${player}`;
    return make("div", { class: "bank" }, amount, give, take);
  }

  /**
   * @param {string} action
   * @param {string} player
   * @param {string} name
   */
  async act(action, player, name) {
    const question = `host.ask_${action}`;
    const asks = ["host_kick", "host_ban", "hand_over"].includes(action);
    const confirm = t(/** @type {any} */ (`host.${action}`));
    if (asks && !(await confirmed(t(/** @type {any} */ (question), { name }), confirm))) return;
    const isMute = action === "host_mute" || action === "host_unmute";
    const mute = { type: "host_mute", player, on: action === "host_mute" };
    await this.carryOut(isMute ? mute : { type: action, player });
  }

  async togglePause() {
    const type = this.scene?.table.hosting.paused ? "resume_table" : "pause_table";
    await this.carryOut({ type });
  }

  openChange() {
    if (!this.scene) return;
    const { table } = this.scene;
    this.dialog.open({
      title: t("host.change"),
      confirm: t("host.change_confirm"),
      config: /** @type {any} */ (table.hosting.next_config ?? table.config),
      send: async (config) => {
        await this.send({ type: "change_table", config });
        showToast(t(this.scene?.table.hand ? "host.changed_later" : "host.changed"));
      },
    });
  }

  /** Take a planned change back: the table's own config does that. */
  async keepConfig() {
    if (!this.scene) return;
    await this.carryOut({ type: "change_table", config: writeConfig(this.scene.table.config) });
  }

  async renewLink() {
    if (!(await confirmed(t("host.ask_renew"), t("host.renew_link")))) return;
    if (await this.carryOut({ type: "renew_link" })) this.invite();
  }

  async closeTable() {
    if (await confirmed(t("host.ask_close"), t("host.close"))) {
      await this.carryOut({ type: "close_table" });
    }
  }

  close() {
    this.names.clear();
    this.amounts.clear();
    this.shown = "";
    this.scene = null;
    this.dialog.dialog?.close();
  }
}
