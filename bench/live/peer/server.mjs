/**
 * A small poker server in Node.js, for comparison: the WebSocket library `ws` and the engine
 * `poker-ts`, all in memory. It serves at PORT of 127.0.0.1.
 *
 * It knows `hello`, `create_table`, `sit`, `watch` and `act` of our protocol, and one hold'em game.
 * Hands begin when all seats are taken, and go on until the server ends.
 *
 * It is fast: no compression, one frame for all viewers, and one write for an answer and its events.
 */

import { randomBytes } from "node:crypto";
import { Sender, WebSocketServer } from "ws";
import { Refusal, Table } from "./table.mjs";

const EPOCH = 1;
const HIDDEN = ["??", "??"];
const WHOLE_TEXT = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };
const MAX_MESSAGE_BYTES = 4096;

/** A frame with its header, which `send` of `ws` would build for each viewer. */
const frame = (text) => Buffer.concat(Sender.frame(Buffer.from(text), WHOLE_TEXT));

const randomId = (bytes) => randomBytes(bytes).toString("hex");

/** A table with its viewers. */
class Room {
  constructor(config) {
    this.id = randomId(6);
    this.table = new Table(config);
    // Viewers with their seats; -1 is none.
    this.viewers = new Map();
    this.seq = 1;
    this.timer = null;
  }

  seatOf(session) {
    return this.table.players.findIndex((player) => player?.id === session.player.id);
  }

  watch(session) {
    this.viewers.set(session, this.seatOf(session));
    const hand = this.table.hand > 0 ? { number: this.table.hand, turn: this.table.turn } : null;
    const state = { id: this.id, config: this.table.config, seq: this.seq, hand };
    session.send({ type: "snapshot", table: this.id, epoch: EPOCH, seq: this.seq, now_ms: Date.now(), state });
  }

  sit(session, id, seat, buyIn) {
    const events = this.table.sit(seat, { ...session.player, buyIn });
    if (this.viewers.has(session)) this.viewers.set(session, seat);
    this.step(session, id, events, Date.now());
    if (this.table.full) this.startHand();
  }

  act(session, { id, turn, action, amount }) {
    const nowMs = Date.now();
    this.step(session, id, this.table.act(this.seatOf(session), turn, action, amount, nowMs), nowMs);
    this.goOn();
  }

  /** Answer a command, and show its events. */
  step({ socket }, id, events, nowMs) {
    socket.cork();
    socket.write(frame(`{"type":"accepted","id":${JSON.stringify(id)},"seq":${this.seq + 1}}`));
    this.show(events, nowMs);
    socket.uncork();
  }

  startHand() {
    const nowMs = Date.now();
    this.show(this.table.start(nowMs), nowMs);
    this.goOn();
  }

  /** Check where that is free, else fold. */
  timeUp() {
    const { seat, number, actions } = this.table.turn;
    const action = actions.includes("check") ? "check" : "fold";
    const nowMs = Date.now();
    this.show(this.table.act(seat, number, action, undefined, nowMs), nowMs);
    this.goOn();
  }

  /** Start the clock of the turn, or the next hand. */
  goOn() {
    if (this.table.turn !== null) {
      this.timer ??= setTimeout(() => this.timeUp(), this.table.config.turn_time_ms);
      this.timer.refresh();
    } else {
      clearTimeout(this.timer);
      this.timer = null;
      setImmediate(() => this.startHand());
    }
  }

  show(events, nowMs) {
    const head = `{"type":"events","table":"${this.id}","epoch":${EPOCH},"seq":${this.seq + 1},"now_ms":${nowMs},"events":[`;
    this.seq += events.length;
    const texts = events.map((event) => JSON.stringify(event));
    const framed = () => frame(`${head}${texts.join()}]}`);
    const secret = events.findIndex((event) => event.type === "hole_cards_dealt");
    if (secret < 0) {
      const bytes = framed();
      for (const { socket } of this.viewers.keys()) socket.write(bytes);
      return;
    }
    for (const [{ socket }, seat] of this.viewers) {
      texts[secret] = JSON.stringify(redacted(events[secret], seat));
      socket.write(framed());
    }
  }
}

/** The deal as a seat sees it. */
function redacted(deal, seat) {
  return { ...deal, cards: deal.cards.map((cards, owner) => (owner === seat ? cards : HIDDEN)) };
}

const rooms = new Map();

/** One connection. */
class Session {
  constructor(socket) {
    // Complete frames are written to the socket directly.
    this.socket = socket;
    this.player = null;
  }

  send(message) {
    this.socket.write(frame(JSON.stringify(message)));
  }

  /** Handle a message. A Refusal or SyntaxError is the client's fault; other errors end the server. */
  take(data) {
    let id = "";
    try {
      const command = JSON.parse(data.toString());
      id = String(command.id ?? "");
      this.carryOut(command);
    } catch (error) {
      if (error instanceof SyntaxError) error.code = "not_json";
      else if (!(error instanceof Refusal)) throw error;
      this.send({ type: "rejected", id, code: error.code, message: error.message });
    }
  }

  carryOut(command) {
    const { type, id } = command;
    if (type === "act") {
      this.roomOf(command).act(this, command);
    } else if (type === "hello") {
      this.player = { id: `p_${randomId(8)}`, name: command.name };
      this.send({ type: "welcome", id, player: this.player.id, protocol: 1, now_ms: Date.now() });
    } else if (this.player === null) {
      throw new Refusal("hello_first", "say hello first");
    } else if (type === "create_table") {
      const room = new Room(command.config);
      rooms.set(room.id, room);
      this.send({ type: "accepted", id, seq: room.seq, table: room.id });
    } else if (type === "sit") {
      this.roomOf(command).sit(this, id, command.seat, command.buy_in);
    } else if (type === "watch") {
      const room = this.roomOf(command);
      this.send({ type: "accepted", id, table: room.id });
      room.watch(this);
    } else {
      throw new Refusal("unknown_type", `there is no ${type} here`);
    }
  }

  roomOf({ table }) {
    const room = rooms.get(table);
    if (room === undefined) throw new Refusal("unknown_table", `there is no table ${table}`);
    return room;
  }

  gone() {
    for (const room of rooms.values()) room.viewers.delete(this);
  }
}

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.env.PORT),
  perMessageDeflate: false,
  clientTracking: false,
  maxPayload: MAX_MESSAGE_BYTES,
});
server.on("connection", (client, request) => {
  const session = new Session(request.socket);
  client.on("message", (data) => session.take(data));
  client.on("close", () => session.gone());
  client.on("error", (error) => console.error(`a connection failed: ${error.message}`));
});
process.on("SIGTERM", () => process.exit(0));
