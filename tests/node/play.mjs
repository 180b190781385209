/**
 * A player in another language, written from the AsyncAPI document alone: every message that it
 * sends or gets is checked by the document.
 *
 *     node play.mjs URL NAME HANDS json|msgpack < document.json
 *
 * It sits down at the first table, plays until so many hands are over there, leaves, and prints how
 * often it got each type of message.
 */

import { text } from "node:stream/consumers";
import { WebSocket } from "ws";
import { Document } from "./document.mjs";
import { decode, encode } from "./msgpack.mjs";

/** @typedef {import("./document.mjs").Message} Message */

const [url, name, hands, wire] = process.argv.slice(2);
const document = new Document(JSON.parse(await text(process.stdin)));

class Player {
  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    this.asked = new Map();
    this.count = 0;
    /** @type {Record<string, number>} */
    this.got = {};
    this.me = this.table = "";
    this.seat = -1;
    /** @type {string[]} */
    this.cards = [];
    this.handsOver = 0;
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    socket.on("message", (data, isBinary) => this.guard(() => this.take(data, isBinary)));
    socket.on("close", (code) => this.fail(new Error(`closed with ${code}`)));
    socket.on("error", (error) => this.fail(error));
  }

  /** @param {() => any} action */
  async guard(action) {
    try {
      await action();
    } catch (error) {
      this.fail(error);
    }
  }

  /**
   * Send a command; gives its answer.
   * @param {string} type
   * @param {Record<string, any>} [fields]
   * @returns {Promise<Message>}
   */
  ask(type, fields = {}) {
    const command = { type, id: String(++this.count), ...fields };
    document.checkCommand(command);
    this.socket.send(wire === "json" ? JSON.stringify(command) : encode(command));
    return new Promise((resolve) => this.asked.set(command.id, { type, resolve }));
  }

  /** @param {any} data @param {boolean} isBinary */
  take(data, isBinary) {
    if (isBinary === (wire === "json")) throw new Error("a frame of the other kind");
    /** @type {Message} */
    const message = isBinary ? decode(data) : JSON.parse(data.toString());
    this.got[message.type] = (this.got[message.type] ?? 0) + 1;
    const command = this.asked.get(message.id);
    if (command) {
      document.checkAnswer(command.type, message);
      this.asked.delete(message.id);
      command.resolve(message);
    } else {
      document.checkNews(message);
      if (message.type === "events") message.events.forEach((/** @type {any} */ e) => this.see(e));
    }
  }

  /** @param {Message} event */
  see(event) {
    if (event.type === "player_sat" && event.player === this.me) this.seat = event.seat;
    if (event.type === "hand_started") this.cards = [];
    if (event.type === "hole_cards_dealt") this.cards.push(...event.cards[this.seat]);
    if (event.type === "cards_drawn" && event.seat === this.seat) {
      this.cards = this.cards.filter((card) => !event.discarded.includes(card)).concat(event.drawn);
    }
    if (event.type === "turn_started" && event.turn.seat === this.seat) this.guard(() => this.act(event.turn));
    if (event.type === "hand_ended") {
      this.handsOver += 1;
      if (this.handsOver === Number(hands)) this.guard(() => this.leave());
    }
  }

  /** @param {any} turn */
  async act(turn) {
    const legal = new Set(turn.actions);
    const bold = turn.number % 4 === 0 && turn.call < 200;
    const calm = ["check", "call", "discard", "bring_in"];
    const action = [...(bold ? ["raise", "bet"] : []), ...calm].find((one) => legal.has(one));
    if (action === undefined) throw new Error(`nothing to do in ${JSON.stringify(turn)}`);
    const amount = action === "raise" || action === "bet" ? { amount: turn.min_to } : {};
    const cards = action === "discard" ? { cards: this.cards.slice(0, turn.discard_min || 1) } : {};
    const answer = await this.ask("act", { table: this.table, turn: turn.number, action, ...amount, ...cards });
    if (answer.type !== "accepted") throw new Error(`${action} was refused: ${answer.code}`);
  }

  async play() {
    this.me = (await this.ask("hello", { name })).player;
    const { tables } = await this.ask("list_tables");
    this.table = tables[0].table;
    await this.ask("watch", { table: this.table });
    const seated = await this.ask("sit", { table: this.table, buy_in: tables[0].config.max_buy_in });
    if (seated.type !== "accepted") throw new Error(`no seat: ${seated.code}`);
  }

  async leave() {
    const told = await this.ask("get_hand", { table: this.table, hand: Number(hands) });
    if (told.type !== "hand") throw new Error(`the last hand cannot be read: ${told.code}`);
    await this.ask("stand", { table: this.table });
    this.finish(undefined);
  }
}

const socket = new WebSocket(url, `poker.v1.${wire}`);
const player = new Player(socket);
await new Promise((resolve) => socket.once("open", resolve));
try {
  await Promise.race([player.play().then(() => player.done), player.done]);
  console.log(JSON.stringify({ hands: player.handsOver, got: player.got }));
} finally {
  socket.removeAllListeners("close");
  socket.close();
}
