/**
 * What there is after a hand: the list of hands, the replayer, statistics, and notes about players.
 * Its parts are built when they are first opened.
 */

import { byId } from "../ui/dom.js";
import { t } from "../texts/texts.js";
import { HandsDialog } from "./hands-dialog.js";
import { Notes } from "./notes.js";
import { PlayerMenu } from "./player-menu.js";
import { Replayer } from "./replayer.js";
import { SeatMarks } from "./seat-marks.js";
import { StatsView } from "./stats-view.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../table/table-screen.js").TableScreen} TableScreen */
/** @typedef {import("../table/scene.js").Scene} Scene */
/** @typedef {import("./replayer.js").HandRef} HandRef */

export class Hands {
  /**
   * @param {Connection} connection
   * @param {TableScreen} screen
   * @param {import("../model/table-names.js").TableNames} tables
   * @param {(table: string, key?: string) => void} openTable
   */
  constructor(connection, screen, tables, openTable) {
    this.connection = connection;
    this.screen = screen;
    this.tables = tables;
    this.openTable = openTable;
    /** The names of players that were seen. @type {Map<string, string>} */
    this.names = new Map();
    /** @type {Replayer|undefined} */
    this.theReplayer = undefined;
    /** @type {HandsDialog|undefined} */
    this.theDialog = undefined;
    /** @type {PlayerMenu|undefined} */
    this.theMenu = undefined;
    this.notes = new Notes(connection, () => screen.render());
    this.marks = new SeatMarks(this.notes, (player, name) => this.openPlayer(player, name));
    screen.drawn = (scene) => this.render(scene);
    screen.menu.openHands = () => this.openList();
    byId("open-hands").addEventListener("click", () => this.openList());
  }

  get replayer() {
    /** @param {HandRef} ref */
    const link = (ref) => this.linkOf(ref);
    /** @type {(table: string, key: string|null) => void} */
    const open = (table, key) => this.openTable(table, key ?? undefined);
    const leave = () => this.close();
    return (this.theReplayer ??= new Replayer(this.connection, this.screen, link, open, leave));
  }

  get dialog() {
    return (this.theDialog ??= new HandsDialog(
      this.connection,
      this.makeStats(),
      (table) => this.tables.of(table),
      (hand) => this.replayer.open({ ...hand, key: this.keyOf(hand.table) }),
    ));
  }

  get menu() {
    return (this.theMenu ??= new PlayerMenu(this.notes, this.makeStats()));
  }

  makeStats() {
    return new StatsView(
      this.connection,
      (player) => this.nameOf(player),
      (table) => this.tables.of(table),
    );
  }

  /** @param {Scene} scene as the table screen has just drawn it */
  render(scene) {
    const { table, own } = scene;
    for (const seat of table.seats) if (seat) this.names.set(seat.player, seat.name);
    if (!this.screen.isStageLent) this.marks.render(this.screen.stage.seats, scene);
    this.theReplayer?.setTurn(own !== null && table.hand?.turn?.seat === own);
  }

  /**
   * Show a hand that the page's address names.
   * @param {HandRef} ref
   * @param {() => void} closed
   */
  openHand(ref, closed) {
    this.replayer.open(ref, closed);
  }

  /** Show the hands of the open table, or the player's own of all tables. */
  async openList() {
    const { id } = this.screen;
    const key = id ? this.keyOf(id) : null;
    this.dialog.open(id ? { table: id, ...(key && { key }) } : {});
    if (!this.tables.complete) await this.tables.loadAll().catch(() => {});
  }

  /**
   * @param {string} player
   * @param {string} name
   */
  openPlayer(player, name) {
    const { id, table } = this.screen;
    const key = id ? this.keyOf(id) : null;
    const seesAll = table?.config.statistics === "all" && this.screen.isSeated();
    const scope = seesAll && id ? { table: id, player, ...(key && { key }) } : null;
    this.menu.open(player, name, scope);
  }

  /** @param {string} player */
  nameOf(player) {
    if (player === this.connection.welcome?.player) return this.connection.welcome.name;
    return this.names.get(player) ?? t("stats.unknown", { id: player.slice(-6) });
  }

  /** @param {string} table */
  keyOf(table) {
    return this.screen.id === table ? this.screen.menu.key : null;
  }

  /**
   * The address of a hand. The host of an unlisted table gets its key from the server; without a
   * key, the link is of use to those who may see the table anyway.
   * @param {HandRef} ref
   */
  async linkOf({ table, hand, key }) {
    const isHost = this.screen.id === table && this.screen.table?.host === this.connection.welcome?.player;
    const isUnlisted = this.screen.id === table && this.screen.table?.config.hosting.unlisted;
    const secret = !key && isHost && isUnlisted ? (await this.screen.send({ type: "get_link" })).key : key;
    const link = new URL(location.href);
    const parts = { hand: String(hand), table, ...(secret && { key: secret }) };
    link.hash = new URLSearchParams(parts).toString();
    return link.href;
  }

  /** The page goes elsewhere. */
  close() {
    this.theReplayer?.close();
    this.theDialog?.modal.close();
    this.theMenu?.modal.close();
  }
}
