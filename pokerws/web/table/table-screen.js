/**
 * The table screen: subscribes to one table, applies its events and renders the screen's parts. All
 * commands of a seated player are sent from here.
 */

import { Absences } from "../client/absences.js";
import { gameAt, gameName, isMix, shortGameName } from "../model/games.js";
import { HandMemory } from "../model/hand-memory.js";
import { describeClosing, describeEvent } from "../model/narration.js";
import { describeRejection } from "../model/refusals.js";
import { HOSTING_DESCRIPTIONS } from "../model/hosting-narration.js";
import { pauses } from "../model/pacing.js";
import { describeStakes } from "../model/stakes.js";
import { StateCheck } from "../client/state/state-hash.js";
import { TableFeed } from "../client/table-feed.js";
import { applyEvent, readTable } from "../client/state/table-state.js";
import { onSetting } from "../model/settings.js";
import { TableMenu } from "../host/table-menu.js";
import { SeatSettings } from "../settings/seat-settings.js";
import { byId, setText } from "../ui/dom.js";
import { keepFocus } from "../ui/focus.js";
import { Frame } from "../ui/frame.js";
import { t } from "../texts/texts.js";
import { showRejection, showToast } from "../ui/toast.js";
import { ActionBar } from "./action-bar.js";
import { Discards } from "./discards.js";
import { Entry } from "./entry.js";
import { GameChoice } from "./game-choice.js";
import { pastLines } from "./log-history.js";
import { PreActions } from "./pre-actions.js";
import { SeatControls } from "./seat-controls.js";
import { Panel } from "./side-panel.js";
import { Speaker } from "./speech/speaker.js";
import { Stage } from "./stage.js";
import { TableOptions } from "./table-options.js";
import { EquityView } from "./extras/equity-view.js";
import { HouseRules } from "./extras/house-rules.js";
import { Questions } from "./extras/questions.js";

/** @typedef {import("../client/protocol.js").Connection} Connection */
/** @typedef {import("../client/protocol.js").Message} Message */
/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {{event: (event: TableEvent, own: number|null) => void, changed: () => void}} Follower */

/** The commands that need the key of an unlisted table. */
const WITH_KEY = new Set(["sit", "join_waiting_list"]);
const TICK_MS = 200;
const PAST_AFTER_MS = 50;
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

export class TableScreen {
  /**
   * @param {Connection} connection
   * @param {import("../account/account.js").Account} account
   * @param {(reason: string) => void} leave called when the table cannot be shown
   */
  constructor(connection, account, leave) {
    this.connection = connection;
    this.leave = leave;
    /** @type {string|null} */
    this.id = null;
    /** Whoever follows the player's tables. @type {Follower|null} */
    this.follower = null;
    /** @type {TableFeed|null} */
    this.feed = null;
    /** @type {TableState|null} */
    this.table = null;
    this.epoch = 0;
    /** The seat that the player is about to take. @type {{table: string, seat: number}|null} */
    this.wish = null;
    this.memory = new HandMemory();
    this.absences = new Absences();
    this.check = new StateCheck();
    /** @type {{event: TableEvent, waitMs: number, hash?: string}[]} the hash is of the state after it */
    this.queue = [];
    /** @type {ReturnType<typeof setTimeout>|null} */
    this.pauseTimer = null;
    /** @param {Message} message */
    const send = (message) => this.send(message);
    this.frame = new Frame(() => this.draw());
    this.stage = new Stage({
      sit: (seat) => this.controls.askBuyIn(seat),
      show: (card) => this.controls.showCards([card]),
    });
    this.discards = new Discards(() => this.render());
    this.actions = new ActionBar(send, this.discards);
    this.options = new TableOptions(send);
    this.choice = new GameChoice(send);
    this.menu = new TableMenu(send);
    this.entry = new Entry(send);
    this.preActions = new PreActions(send);
    this.controls = new SeatControls(send, account);
    this.questions = new Questions(send);
    this.houseRules = new HouseRules(send);
    this.seatSettings = new SeatSettings(send);
    this.equity = new EquityView(() => this.render());
    this.panel = new Panel(send);
    this.speaker = new Speaker(() => connection.serverNow());
    connection.on("status", () => this.render());
    account.onChange(() => this.render());
    connection.on("pre_action", (message) => this.handlePreAction(message));
    connection.on("chat", (message) => this.handleChat(message));
    connection.on("chat_history", ({ table, lines }) => {
      if (table === this.id) this.panel.showHistory(lines, connection.welcome?.player);
    });
    onSetting(() => this.render());
    setInterval(() => this.tick(), TICK_MS);
    /** Somebody else draws on the stage. */
    this.isStageLent = false;
    /** Called after each drawing. @type {(scene: Scene) => void} */
    this.drawn = () => {};
  }

  /**
   * @param {string} id
   * @param {string|null} [key] that of an unlisted table
   */
  open(id, key = null) {
    this.close();
    this.id = id;
    this.menu.key = key;
    this.showFrame(true);
    /** @type {import("../client/table-feed.js").FeedHandlers} */
    const handlers = {
      onSnapshot: (snapshot) => this.handleSnapshot(snapshot),
      onEvents: (events, _epoch, hash) => this.handleEvents(events, hash),
      onPresence: (message) => this.handlePresence(message),
      onWatching: (resumed) => this.watching(resumed),
      onWaiting: showRejection,
      onRejected: (error) => this.leave(describeRejection(error)),
    };
    this.feed = new TableFeed(this.connection, id, handlers, key);
    this.feed.open();
  }

  close() {
    this.feed?.close();
    this.skipPauses();
    this.queue = [];
    this.feed = this.table = this.id = null;
    this.memory = new HandMemory();
    this.absences.clear();
    this.preActions.clear();
    this.panel.clear();
    this.speaker.clear();
    this.stage.clear();
    this.equity.follow(null);
    this.actions.foldGuard.close();
    this.showFrame(false);
    this.follower?.changed();
  }

  /**
   * Lend the stage to somebody who draws another table, or take it back.
   * @param {HTMLElement|null} place where it is shown meanwhile
   */
  lendStage(place) {
    if (this.isStageLent === (place !== null)) return;
    this.isStageLent = place !== null;
    this.stage.clear();
    (place ?? byId("stage")).prepend(this.stage.root);
    this.render();
  }

  /** @param {boolean} shown */
  showFrame(shown) {
    byId("table-view").hidden = !shown;
    byId("table-title").hidden = !shown;
    byId("to-lobby").hidden = !shown;
    byId("panel-toggle").hidden = !shown;
    if (!shown) this.menu.close();
    document.body.classList.toggle("at-table", shown);
  }

  /**
   * Ask for the buy-in of a seat that is reserved, at this table or the one that opens next.
   * @param {string} table
   * @param {number} seat
   */
  takeSeat(table, seat) {
    this.wish = { table, seat };
    this.render();
  }

  /** @param {Scene} scene */
  followWish({ table, own, live }) {
    if (this.wish?.table !== table.id || !live) return;
    const { seat } = this.wish;
    this.wish = null;
    if (own === null) this.controls.askBuyIn(seat);
  }

  isSeated() {
    return this.seat() !== null;
  }

  /** The player's seat: the table's name and the stack. */
  seat() {
    const own = this.ownSeat();
    const seat = own === null ? null : this.table?.seats[own];
    return this.table && seat ? { table: this.table.name, stack: seat.stack } : null;
  }

  /**
   * Send a command about this table.
   * @param {Message} message
   * @returns {Promise<Message>}
   */
  send(message) {
    const key = this.menu.key && WITH_KEY.has(message.type) ? { key: this.menu.key } : {};
    return this.connection.request(/** @type {any} */ ({ ...message, ...key, table: this.id }));
  }

  /** @param {boolean} resumed */
  watching(resumed) {
    if (resumed) showToast(t("status.table_reconnected"));
    this.absences.clear();
    this.preActions.clear();
    this.render();
  }

  /** @param {Message} message */
  handlePreAction(message) {
    if (!this.feed?.isMine(message)) return;
    this.preActions.take(message);
    this.render();
  }

  /** @param {Message} message */
  handlePresence(message) {
    this.absences.take(message);
    this.render();
  }

  /** @param {Message} snapshot */
  handleSnapshot(snapshot) {
    this.skipPauses();
    this.drain();
    this.absences.clear();
    this.preActions.clear();
    const first = this.table === null;
    if (this.table && this.table.hand_number !== snapshot.state.hand_number) this.memory.clear();
    this.table = readTable(snapshot.state);
    this.check.begin(this.table, this.connection.welcome?.player, snapshot.state_hash);
    this.epoch = snapshot.epoch;
    this.speaker.begin(this.table, this.viewer());
    if (snapshot.state.closed) this.leave(describeClosing());
    if (first && this.table?.hand_number) {
      this.panel.log(t("table.joined", { hand: this.table.hand_number }), "note");
      setTimeout(() => this.showPast(), PAST_AFTER_MS);
    }
    this.render();
  }

  /** Show what has happened before the page came, once the table itself is shown. */
  async showPast() {
    const { id, menu } = this;
    if (!this.table || this.connection.state !== "online") return;
    const key = menu.key ? { key: menu.key } : {};
    const lines = await pastLines(this.table, (message) => this.send({ ...message, ...key }));
    if (id !== this.id) return;
    this.panel.logBefore(lines.map(({ text, type }) => ({ text, style: LOG_STYLES[type] ?? "" })));
  }

  /**
   * @param {TableEvent[]} events
   * @param {string} [hash] of the state after them
   */
  handleEvents(events, hash) {
    const immediate = document.hidden || reducedMotion.matches;
    const waits = immediate ? events.map(() => 0) : pauses(events, this.connection.serverNow());
    if (events.some((event) => event.type === "hand_started")) this.skipPauses();
    const last = events.length - 1;
    events.forEach((event, index) =>
      this.queue.push({ event, waitMs: waits[index], hash: index === last ? hash : undefined }),
    );
    this.drain();
  }

  /** Apply the queued events up to the next pause. */
  drain() {
    while (this.pauseTimer === null && this.queue.length) {
      const next = this.queue[0];
      if (next.waitMs) {
        this.wait(next.waitMs);
        next.waitMs = 0;
      } else {
        this.queue.shift();
        this.handleEvent(next.event, next.hash);
      }
    }
    this.render();
  }

  /** @param {number} delayMs */
  wait(delayMs) {
    this.pauseTimer = setTimeout(() => {
      this.pauseTimer = null;
      this.drain();
    }, delayMs);
  }

  /** Drop the pauses of the queued events. */
  skipPauses() {
    if (this.pauseTimer !== null) clearTimeout(this.pauseTimer);
    this.pauseTimer = null;
    for (const next of this.queue) next.waitMs = 0;
  }

  /**
   * @param {TableEvent} event
   * @param {string} [hash] of the state after it
   */
  handleEvent(event, hash) {
    if (!this.table) return;
    try {
      const line = describeEvent(this.table, event);
      this.memory.note(this.table, event);
      this.speaker.note(this.table, event, this.viewer());
      if (!this.isStageLent) this.stage.note(this.table, event);
      this.menu.note(this.table, event);
      applyEvent(this.table, event);
      this.follower?.event(event, this.ownSeat());
      if (event.type === "player_stood") this.absences.stood(event.player);
      if (!this.check.holds(this.table, this.connection.welcome?.player, hash)) {
        throw new Error(`the state after event ${this.table.seq} is not the server's`);
      }
      if (line) this.panel.log(line, LOG_STYLES[event.type]);
      if (event.type === "table_closed") this.leave(describeClosing(event.reason));
    } catch (error) {
      // An unknown event or a bug: recover with a snapshot from the server.
      console.error(error);
      this.queue = [];
      this.feed?.resync();
    }
  }

  /** @param {Message} message */
  handleChat(message) {
    if (message.table !== this.id) return;
    const isOwn = message.player === this.connection.welcome?.player;
    this.panel.chat(message.name, message.text, isOwn);
    if (!isOwn) this.speaker.say(`${message.name}: ${message.text}`);
    const seat = this.table?.seats.findIndex((taken) => taken?.player === message.player) ?? -1;
    if (seat >= 0 && !this.isStageLent) this.stage.showChat(seat, message.text);
  }

  ownSeat() {
    const player = this.connection.welcome?.player;
    const seat = this.table?.seats.findIndex((taken) => taken?.player === player) ?? -1;
    return seat < 0 ? null : seat;
  }

  viewer() {
    return { own: this.ownSeat(), player: this.connection.welcome?.player };
  }

  /** What the player still has to bring back, after leaving. */
  ownDeparture() {
    const player = this.connection.welcome?.player;
    const now = this.connection.serverNow();
    const gone = this.table?.departed.find((departure) => departure.player === player);
    return gone && gone.until_ms > now ? gone : null;
  }

  /** Draw the state in the next frame. */
  render() {
    if (this.table) this.discards.follow(this.table, this.ownSeat());
    this.frame.request();
  }

  draw() {
    byId("reconnecting").hidden = this.id === null || this.connection.state === "online";
    if (!this.table) return;
    this.equity.follow(this.table.hand);
    /** @type {Scene} */
    const scene = {
      table: this.table,
      epoch: this.epoch,
      memory: this.memory,
      absences: this.absences,
      own: this.ownSeat(),
      departure: this.ownDeparture(),
      live: this.connection.state === "online" && this.feed?.listening === true,
      discards: this.discards,
      player: this.connection.welcome?.player,
      equity: this.equity,
    };
    setText(byId("table-name"), this.table.name);
    this.renderGame(this.table);
    setText(byId("hand-number"), String(this.table.hand_number));
    byId("hand-label").hidden = !this.table.hand_number;
    if (!this.isStageLent) this.stage.render(scene);
    this.actions.render(scene);
    this.controls.render(scene);
    this.options.render(scene);
    this.houseRules.render(scene);
    this.seatSettings.follow(scene);
    this.choice.render(scene);
    this.menu.render(scene);
    this.questions.render(scene);
    this.followWish(scene);
    this.entry.render(scene);
    this.preActions.render(scene, !!this.connection.welcome?.capabilities.includes("pre_actions"));
    this.follower?.changed();
    this.panel.flush();
    this.drawn(scene);
    keepFocus();
    this.speaker.drawn();
    this.tick();
  }

  /** @param {TableState} table */
  renderGame(table) {
    const { config } = table;
    const game = gameAt(table);
    const mix = isMix(config.variant) ? `${gameName(config.variant)} · ` : "";
    setText(byId("stakes"), `${mix}${shortGameName(game)} ${describeStakes(config, game)}`);
    byId("stakes").title = `${gameName(game)} ${describeStakes(config, game)}`;
  }

  /** Update the clocks. */
  tick() {
    const own = this.ownSeat();
    const inHand = own !== null && this.table?.hand?.seats[own] != null;
    this.connection.watchClosely(inHand && !document.hidden);
    if (!this.table) return;
    const now = this.connection.serverNow();
    if (!this.isStageLent) this.stage.tick(this.table, now);
    this.actions.tick(this.table, now);
    this.speaker.tick();
  }
}

const SEATING = ["player_sat", "player_stood", "player_sat_in", "player_sat_out"];
/** CSS classes of log lines, by event type. @type {Record<string, string>} */
const LOG_STYLES = {
  hand_started: "heading",
  board_dealt: "street",
  hole_cards_dealt: "street",
  draw_started: "street",
  game_changed: "note",
  pot_awarded: "win",
  hand_cancelled: "note",
  ...Object.fromEntries(
    [...SEATING, ...Object.keys(HOSTING_DESCRIPTIONS)].map((type) => [type, "note"]),
  ),
};
