/**
 * One connection to the server, kept alive: hello, command ids and their answers, pings, the
 * server's clock, tokens that are renewed, and reconnecting with exponential back-off.
 *
 * It knows nothing of the page and nothing of poker: with `server-clock.js` and `rejected.js` beside
 * it, it serves any page, and Node.js. The types of the messages are in `messages.d.ts`.
 *
 * A command that was under way when the connection broke is sent again with the same id on the next
 * one: the server remembers ids and carries none out twice. What it does not remember, and what is
 * too old, is answered with the code `disconnected`. A command that came too fast is sent once more
 * after the pause that the server asks for.
 */

import { notConnected, Rejected } from "./rejected.js";
import { ServerClock } from "./server-clock.js";

export { Rejected };

/** @typedef {import("../messages.js").ClientMessage} ClientMessage */
/** @typedef {import("../messages.js").Welcome} Welcome */
/** @typedef {{type: string} & Record<string, any>} Message any of them, looked at loosely */
/** @typedef {"offline"|"reconnecting"|"online"} ConnectionState */
/** @typedef {{code: number, reason: string, final: boolean}} Closed final: it is for good */

/**
 * What `on` tells of, beside the messages that answer no command.
 * @typedef {object} OwnNews
 * @property {ConnectionState} status
 * @property {Rejected} name_needed another name has to be said at the next `start`
 * @property {Rejected} token_needed a token has to be had before the next `start`
 * @property {undefined} token_expiring the token ends soon, and there is no newer one
 * @property {Rejected} forgotten the server did not know the guest any more; there is a new one
 * @property {Welcome} outdated the server speaks another version of the protocol
 * @property {Closed} closed the server has closed the connection, and says why
 */

/** @typedef {{[M in import("../messages.js").ServerMessage as M["type"]]: M} & OwnNews} News */

/**
 * What is remembered of the player between visits.
 * @typedef {object} Identity
 * @property {string} [session] the secret of an earlier welcome
 * @property {string} [name]
 * @property {boolean} [renamed] the name is a new one, which the server does not know yet
 */

/**
 * Where an identity is kept.
 * @typedef {object} IdentityStore
 * @property {() => Identity} load
 * @property {(identity: Identity) => void} save
 */

/**
 * Gives what the operator's own service has signed, or nothing for a guest. It is asked at each
 * hello, and when the token in use is about to expire.
 * @typedef {() => string|undefined|null|Promise<string|undefined|null>} TokenProvider
 */

export const PROTOCOL = 1;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;
const STABLE_AFTER_MS = 5_000;
const CONNECT_TIMEOUT_MS = 8_000;
const PING_EVERY_MS = 10_000;
const SILENCE_LIMIT_MS = 8_000;

/** Commands that may be sent again: tables remember their ids. */
const REPEATABLE = new Set(
  "act sit stand sit_out sit_in add_chips show straddle run_it choose_game".split(" "),
);
const REPEAT_WITHIN_MS = 30_000;
/** A command that came too fast is sent again if that is so soon that somebody still waits. */
const LONGEST_PAUSE_MS = 5_000;
const LOGGED_OUT = 4403;
const TOO_MANY_CONNECTIONS = 4430;
/** After these closes the same would only happen again. */
const FINAL_CLOSES = new Set([1002, 1007, 1009, 4400, LOGGED_OUT, 4429]);
/** How long to leave a server alone that has too many connections already. */
const CROWDED_RETRY_MS = 15_000;
/** Refusals of a hello that another token may help. */
const TOKEN_REFUSALS = new Set(["bad_token", "token_expired", "token_missing"]);

/**
 * A command that waits for its answer.
 * @typedef {object} Waiting
 * @property {Message} message with its id
 * @property {number} sentMs by the local clock
 * @property {boolean} paused whether it came too fast once already
 * @property {(answer: Message) => void} resolve
 * @property {(error: Error) => void} reject
 */

/** Answers to a command, by message type. Every other message is news. */
const ANSWERS = new Set(["accepted", "welcome", "pong", "tables", "account", "hand"]);

export class Connection {
  /**
   * @param {object} options
   * @param {string} options.url
   * @param {IdentityStore} options.identity
   * @param {TokenProvider} [options.token]
   */
  constructor({ url, identity, token = () => undefined }) {
    this.url = url;
    this.identity = identity;
    this.provider = token;
    /** @type {string|null|undefined} what the provider gave at last */
    this.token = undefined;
    /** @type {ConnectionState} */
    this.state = "offline";
    /** @type {Welcome|null} the last welcome */
    this.welcome = null;
    /** @type {WebSocket|null} */
    this.socket = null;
    this.attempts = 0;
    this.clock = new ServerClock();
    /** @type {Map<string, Waiting>} by id */
    this.waiting = new Map();
    /** @type {Map<string, Set<(value: any) => void>>} */
    this.listeners = new Map();
    this.nextId = 1;
    // Ids are remembered for each player, so two pages of one player must not share any.
    this.idPrefix = randomPrefix();
    /** @type {Set<ReturnType<typeof setTimeout>>} */
    this.timers = new Set();
    this.lastHeardMs = 0;
  }

  /**
   * Call `handler` for each message of a type, or for news of the connection itself.
   * @template {keyof News} T
   * @param {T} type
   * @param {(value: News[T]) => void} handler
   * @returns {() => void} stops the calls
   */
  on(type, handler) {
    const handlers = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** Connect, and stay connected. */
  start() {
    if (this.state !== "offline") return;
    this.setState("reconnecting");
    this.connect();
  }

  /** Disconnect, and stay so. */
  stop() {
    this.drop();
    this.abandon(() => true);
    this.setState("offline");
  }

  /** Try at once instead of waiting for the next attempt. */
  retryNow() {
    if (this.state !== "reconnecting" || this.socket) return;
    this.clearTimers();
    this.connect();
  }

  /** The server's clock now, in milliseconds UTC. */
  serverNow() {
    return this.clock.now();
  }

  /**
   * Send a command and wait for its answer.
   * @template {ClientMessage["type"]} T
   * @param {import("../messages.js").Command<T>} message without an id
   * @returns {Promise<import("../messages.js").Answers[T]>}
   * @throws {Rejected}
   */
  request(message) {
    if (this.state !== "online") return Promise.reject(notConnected());
    return this.send(message);
  }

  /**
   * @param {Message} message
   * @returns {Promise<any>}
   */
  send(message) {
    const id = `${this.idPrefix}-${this.nextId++}`;
    const sentMs = this.clock.local();
    return new Promise((resolve, reject) => {
      const waiting = { message: { ...message, id }, sentMs, paused: false, resolve, reject };
      this.waiting.set(id, waiting);
      this.socket?.send(JSON.stringify(waiting.message));
    });
  }

  connect() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.later(() => this.lose(socket), CONNECT_TIMEOUT_MS);
    socket.onopen = () => this.hello();
    socket.onmessage = (event) => this.receive(JSON.parse(event.data));
    socket.onclose = ({ code, reason }) => this.closed(socket, code, reason);
  }

  /**
   * The server, or the network, has closed a connection.
   * @param {WebSocket} socket
   * @param {number} code
   * @param {string} reason
   */
  closed(socket, code, reason) {
    if (socket !== this.socket) return;
    const final = FINAL_CLOSES.has(code);
    if (code === LOGGED_OUT) this.identity.save({ name: this.identity.load().name });
    if (final) this.stop();
    else this.lose(socket, code === TOO_MANY_CONNECTIONS ? CROWDED_RETRY_MS : 0);
    if (final || code === TOO_MANY_CONNECTIONS) this.emit("closed", { code, reason, final });
  }

  async hello() {
    const socket = this.socket;
    try {
      this.token = await this.provider();
    } catch (error) {
      console.warn("no token could be had", error);
      if (socket) this.lose(socket);
      return;
    }
    if (!socket || socket !== this.socket) return;
    const { session, name, renamed } = this.identity.load();
    const token = this.token ?? session;
    const asked = this.clock.local();
    try {
      const who = { token, name: token && !renamed ? undefined : name };
      this.welcomed(await this.send({ type: "hello", ...who }), asked);
    } catch (error) {
      if (error instanceof Rejected) this.refused(error, name);
      else throw error;
    }
  }

  /**
   * @param {Welcome} welcome
   * @param {number} asked when hello was sent, by the local clock
   */
  welcomed(welcome, asked) {
    if (welcome.protocol !== PROTOCOL) {
      this.stop();
      this.emit("outdated", welcome);
      return;
    }
    this.clearTimers();
    this.clock.learn(asked, welcome.now_ms);
    this.learn(welcome);
    this.later(() => {
      this.attempts = 0;
    }, STABLE_AFTER_MS);
    this.later(() => this.ping(), PING_EVERY_MS);
    const repeated = [...this.waiting.values()];
    this.setState("online");
    this.emit("welcome", welcome);
    for (const { message } of repeated) this.socket?.send(JSON.stringify(message));
  }

  /** @param {Welcome} welcome */
  learn(welcome) {
    // Who came with a token has no session; that of an earlier guest is kept for a later visit.
    const session = welcome.session ?? this.identity.load().session;
    this.identity.save({ session, name: welcome.name });
    this.welcome = welcome;
  }

  /**
   * Say hello once more on this connection, with a newer token; without one, say that one is
   * needed. A guest's session renews itself.
   */
  async renew() {
    try {
      const token = (await this.provider()) ?? undefined;
      if (this.state !== "online") return;
      if (token !== undefined && token === this.token) {
        this.emit("token_expiring", undefined);
        return;
      }
      const session = token ?? this.identity.load().session;
      this.learn(await this.send({ type: "hello", token: session }));
      this.token = token;
    } catch {
      // The connection goes on until the token ends; then hello tells what is wrong.
      this.emit("token_expiring", undefined);
    }
  }

  /**
   * @param {Rejected} refusal
   * @param {string} [name]
   */
  refused(refusal, name) {
    if (refusal.code === "disconnected") return;
    if (TOKEN_REFUSALS.has(refusal.code)) {
      this.refusedToken(refusal, name);
    } else if (refusal.retryable) {
      if (this.socket) this.lose(this.socket, refusal.retryAfterMs);
    } else {
      this.stop();
      this.emit("name_needed", refusal);
    }
  }

  /**
   * @param {Rejected} refusal
   * @param {string} [name]
   */
  refusedToken(refusal, name) {
    const guest = !this.token && this.identity.load().session;
    if (guest) {
      // Another player now: what the earlier one wanted is void.
      this.abandon(() => true);
      this.identity.save({ name });
    }
    if (guest && name) {
      this.emit("forgotten", refusal);
      this.hello();
    } else {
      this.stop();
      this.emit(guest ? "name_needed" : "token_needed", refusal);
    }
  }

  /** @param {Message} message */
  receive(message) {
    this.lastHeardMs = this.clock.local();
    const waiting = this.waiting.get(message.id);
    if (waiting && (ANSWERS.has(message.type) || message.type === "rejected")) {
      this.answered(waiting, message);
    } else {
      if (message.type === "notice" && message.code === "token_expiring") this.renew();
      this.emit(/** @type {any} */ (message.type), message);
    }
  }

  /**
   * @param {Waiting} waiting
   * @param {Message} answer
   */
  answered(waiting, answer) {
    const { message, resolve, reject } = waiting;
    const pauseMs = answer.code === "too_fast" ? (answer.retry_after_ms ?? 0) : 0;
    if (pauseMs > 0 && pauseMs <= LONGEST_PAUSE_MS && !waiting.paused && message.type !== "hello") {
      waiting.paused = true;
      this.later(() => {
        if (this.waiting.has(message.id)) this.socket?.send(JSON.stringify(message));
      }, pauseMs);
      return;
    }
    this.waiting.delete(message.id);
    if (answer.type === "rejected") reject(new Rejected(/** @type {any} */ (answer)));
    else resolve(answer);
  }

  /** Measure the way to the server, and give the connection up when nothing comes back. */
  ping() {
    const asked = this.clock.local();
    this.send({ type: "ping" }).then(
      (pong) => this.clock.learn(asked, pong.now_ms),
      () => {},
    );
    const socket = this.socket;
    this.later(() => {
      if (socket && this.lastHeardMs < asked) this.lose(socket);
    }, SILENCE_LIMIT_MS);
    this.later(() => this.ping(), PING_EVERY_MS);
  }

  /**
   * The connection has ended: try again, later each time.
   * @param {WebSocket} socket
   * @param {number} [shortestMs] how long to wait at least
   */
  lose(socket, shortestMs = 0) {
    if (socket !== this.socket) return;
    this.drop();
    this.setState("reconnecting");
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts);
    this.attempts += 1;
    const pauseMs = Math.max(shortestMs, longest * (0.5 + Math.random() / 2));
    this.later(() => this.connect(), pauseMs);
  }

  /** Let go of the socket, and of what cannot be sent again on another one. */
  drop() {
    this.clearTimers();
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      // A dead network can keep a closing socket for minutes, so its end is not waited for.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const oldest = this.clock.local() - REPEAT_WITHIN_MS;
    this.abandon(({ message, sentMs }) => !REPEATABLE.has(message.type) || sentMs < oldest);
  }

  /** @param {(waiting: Waiting) => boolean} chosen which commands get no answer any more */
  abandon(chosen) {
    for (const [id, waiting] of [...this.waiting]) {
      if (!chosen(waiting)) continue;
      this.waiting.delete(id);
      waiting.reject(notConnected());
    }
  }

  /** @param {ConnectionState} state */
  setState(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("status", state);
  }

  /**
   * @template {keyof News} T
   * @param {T} type
   * @param {any} value
   */
  emit(type, value) {
    for (const handler of [...(this.listeners.get(type) ?? [])]) handler(value);
  }

  /**
   * @param {() => void} action
   * @param {number} delayMs
   */
  later(action, delayMs) {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, delayMs);
    this.timers.add(timer);
  }

  clearTimers() {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

function randomPrefix() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
