/**
 * A connection to the server that stays open: hello, heartbeats, the server's clock, token renewal,
 * and reconnecting with exponential back-off. `commands.js` has what happens to commands meanwhile.
 *
 * It depends on neither the page nor poker. With the files that it imports it runs in any page and
 * in Node.js. The message types are in `messages.d.ts`.
 */

import { Commands } from "./commands.js";
import { Dialer } from "./dialer.js";
import { Heartbeat } from "./heartbeat.js";
import { MemoryIdentity } from "./identity.js";
import { KnownGames } from "./known-games.js";
import { notConnected, Rejected } from "./rejected.js";
import { ServerClock } from "./server-clock.js";

export { Rejected };

/** @typedef {import("./messages.js").ClientMessage} ClientMessage */
/** @typedef {import("./messages.js").Welcome} Welcome */
/** @typedef {import("./known-games.js").Games} Games */
/** @typedef {{type: string} & Record<string, any>} Message any message, loosely typed */
/** @typedef {"offline"|"reconnecting"|"online"} ConnectionState */
/** @typedef {{code: number, reason: string, final: boolean}} Closed final: do not reconnect */
/** @typedef {{failures: number, error?: unknown}} Unreachable error: no socket may be opened */

/**
 * Events of the connection itself, beside the messages that answer no command.
 * @typedef {object} OwnNews
 * @property {ConnectionState} status
 * @property {Rejected} name_needed set another name before the next `start`
 * @property {Rejected} token_needed get a token before the next `start`
 * @property {undefined} token_expiring the token expires soon, and there is no newer one
 * @property {Rejected} forgotten the server did not know the guest; a new one was created
 * @property {Welcome} outdated the server speaks another version of the protocol
 * @property {Closed} closed the server closed the connection, with its reason
 * @property {Unreachable} unreachable an attempt to connect has failed; it will be tried again
 */

/** @typedef {{[M in import("./messages.js").ServerMessage as M["type"]]: M} & OwnNews} News */

/** @typedef {import("./identity.js").Identity} Identity */
/** @typedef {import("./identity.js").IdentityStore} IdentityStore */

/**
 * A WebSocket of the browser, or of the package `ws`.
 * @typedef {new (url: string) => any} SocketClass
 */

/**
 * Returns a token signed by the operator's service, or nothing for a guest. It is called at each
 * hello, and when the current token is about to expire.
 * @typedef {() => string|undefined|null|Promise<string|undefined|null>} TokenProvider
 */

export const PROTOCOL = 1;

const STABLE_AFTER_MS = 5_000;
const CONNECT_TIMEOUT_MS = 8_000;

const RESTARTING = 1012;
const LOGGED_OUT = 4403;
const TOO_MANY_CONNECTIONS = 4430;
/** Close codes after which reconnecting would fail in the same way. */
const FINAL_CLOSES = new Set([1002, 1007, 1009, 4400, LOGGED_OUT, 4423, 4429]);
/** Delay before reconnecting when the player has too many connections. */
const CROWDED_RETRY_MS = 15_000;
/** A line that was watched closely and found dead is not watched so again at once: it may be slow. */
const CLOSE_AGAIN_MS = 60_000;
/** Commands that the server answers at once, and so also the pings behind them. */
const SWIFT = new Set(["act", "ping"]);
/** Rejections of a hello that another token may resolve. */
const TOKEN_REFUSALS = new Set(["bad_token", "token_expired", "token_missing"]);

export class Connection {
  /**
   * @param {object} options
   * @param {string} options.url
   * @param {IdentityStore} [options.identity] by default nothing is kept beyond this object
   * @param {string} [options.name] a guest's name, if there is no `identity`
   * @param {TokenProvider} [options.token]
   * @param {SocketClass} [options.WebSocket] for runtimes without one, such as Node.js 20
   * @param {string[]} [options.capabilities] the wanted optional parts of the protocol; by default all
   * @param {() => Promise<boolean>} [options.probe] asks over HTTP whether the server answers. After
   *   failures no socket is opened until it does: Firefox holds back sockets to where some failed.
   */
  constructor({ url, identity, name, token, WebSocket, capabilities, probe }) {
    this.url = url;
    this.identity = identity ?? new MemoryIdentity(name);
    this.provider = token ?? (() => undefined);
    this.WebSocket = WebSocket ?? globalThis.WebSocket;
    if (!this.WebSocket) throw new Error("there is no WebSocket here: pass that of the package ws");
    this.capabilities = capabilities;
    /** @type {string|null|undefined} what the provider returned last */
    this.token = undefined;
    /** @type {ConnectionState} */
    this.state = "offline";
    /** @type {Welcome|null} the last welcome */
    this.welcome = null;
    this.games = new KnownGames(this.identity.load().games);
    /** @type {WebSocket|null} */
    this.socket = null;
    this.clock = new ServerClock();
    this.dialer = new Dialer({
      now: () => this.clock.local(),
      open: () => this.connect(),
      failed: (failures, error) => this.emit("unreachable", { failures, error }),
      probe,
    });
    this.closeFromMs = -Infinity;
    /** @type {Map<string, Set<(value: any) => void>>} */
    this.listeners = new Map();
    /** @type {Set<ReturnType<typeof setTimeout>>} */
    this.timers = new Set();
    this.heartbeat = new Heartbeat(() => this.ping(), () => this.lineDied());
    this.commands = new Commands({
      now: () => this.clock.local(),
      transmit: (message) => this.socket?.send(JSON.stringify(message)),
      later: (action, delayMs) => this.later(action, delayMs),
    });
  }

  /**
   * Call `handler` for each message of a type, or each event of the connection.
   * @template {keyof News} T
   * @param {T} type
   * @param {(value: News[T]) => void} handler
   * @returns {() => void} unsubscribes the handler
   */
  on(type, handler) {
    const handlers = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  /** Connect, and reconnect whenever the connection is lost. */
  start() {
    if (this.state !== "offline") return;
    this.setState("reconnecting");
    this.dialer.dial();
  }

  /** @returns {Promise<Welcome>} the welcome of this connection, or of the next one */
  ready() {
    if (this.state === "online" && this.welcome) return Promise.resolve(this.welcome);
    return new Promise((resolve) => {
      const done = this.on("welcome", (welcome) => {
        done();
        resolve(welcome);
      });
    });
  }

  /** Disconnect, without reconnecting. */
  stop() {
    this.dropSocket();
    this.commands.rejectAll();
    this.setState("offline");
  }

  /** The network may have changed: reconnect at once, or check that the connection works. */
  retryNow() {
    if (this.state === "online") {
      this.clock.forget();
      this.heartbeat.check();
    } else this.dialer.dialNow();
  }

  /** The network is gone, or the page was asleep: the connection is lost, closed or not. */
  networkLost() {
    if (this.socket) this.reconnectLater(this.socket);
  }

  /**
   * Notice within seconds that the line is dead, while it matters: the server has more to answer.
   * @param {boolean} close
   */
  watchClosely(close) {
    const isSwift = this.commands.unanswered().every(({ type }) => SWIFT.has(type));
    this.heartbeat.watchClosely(close && isSwift && this.clock.local() >= this.closeFromMs);
  }

  lineDied() {
    if (this.heartbeat.isClose) this.closeFromMs = this.clock.local() + CLOSE_AGAIN_MS;
    this.watchClosely(false);
    this.reconnectLater(this.socket);
  }

  /** The server's time, in milliseconds UTC. */
  serverNow() {
    return this.clock.now();
  }

  /**
   * Send a command and wait for its answer.
   * @template {ClientMessage["type"]} T
   * @param {import("./messages.js").Command<T>} message without an id
   * @param {(answer: import("./messages.js").Answers[T]) => void} [onAccepted] called with the
   *   answer before the next message is handled, unlike what waits for the promise
   * @returns {Promise<import("./messages.js").Answers[T]>}
   * @throws {Rejected}
   */
  request(message, onAccepted) {
    if (this.state !== "online") return Promise.reject(notConnected());
    return this.commands.send(message, onAccepted);
  }

  connect() {
    /** @type {WebSocket} */
    const socket = new this.WebSocket(this.url);
    this.socket = socket;
    this.later(() => this.reconnectLater(socket), CONNECT_TIMEOUT_MS);
    socket.onopen = () => this.sendHello();
    socket.onmessage = (event) => this.onMessage(JSON.parse(event.data));
    socket.onclose = ({ code, reason }) => this.onClose(socket, code, reason);
  }

  /**
   * The server or the network closed a connection.
   * @param {WebSocket} socket
   * @param {number} code
   * @param {string} reason
   */
  onClose(socket, code, reason) {
    if (socket !== this.socket) return;
    const final = FINAL_CLOSES.has(code);
    if (code === LOGGED_OUT) this.identity.save({ name: this.identity.load().name });
    if (code === RESTARTING) this.dialer.retries.restarting();
    if (final) this.stop();
    else this.reconnectLater(socket, code === TOO_MANY_CONNECTIONS ? CROWDED_RETRY_MS : 0);
    if (final || code === TOO_MANY_CONNECTIONS) this.emit("closed", { code, reason, final });
  }

  async sendHello() {
    const socket = this.socket;
    try {
      this.token = await this.provider();
    } catch (error) {
      console.warn("getting a token failed", error);
      this.reconnectLater(socket);
      return;
    }
    if (!socket || socket !== this.socket) return;
    const { session, name, renamed, code } = this.identity.load();
    const token = this.token ?? session;
    const askedMs = this.clock.local();
    try {
      const { capabilities } = this;
      const known = { token, name: token && !renamed ? undefined : name };
      this.onWelcome(await this.hello({ ...(code ? { code } : known), capabilities }), askedMs);
    } catch (error) {
      if (error instanceof Rejected) this.onHelloRejected(error, name);
      else throw error;
    }
  }

  /**
   * Send hello. The welcome has the games even if the server has left them out.
   * @param {Omit<import("./messages.js").Command<"hello">, "type">} who
   * @returns {Promise<Welcome>}
   */
  async hello(who) {
    const hello = { ...who, games_etag: this.games.etag };
    return this.games.complete(await this.commands.send({ type: "hello", ...hello }));
  }

  /**
   * @param {Welcome} welcome
   * @param {number} askedMs when hello was sent, by the local clock
   */
  onWelcome(welcome, askedMs) {
    if (welcome.protocol !== PROTOCOL) {
      this.stop();
      this.emit("outdated", welcome);
      return;
    }
    this.clearTimers();
    this.heartbeat.start(welcome.heartbeat);
    this.clock.forget();
    this.clock.learn(askedMs, welcome.now_ms);
    this.rememberWelcome(welcome);
    this.later(() => this.dialer.retries.reset(), STABLE_AFTER_MS);
    const repeated = this.commands.unanswered();
    this.setState("online");
    this.emit("welcome", welcome);
    for (const message of repeated) this.commands.transmit(message);
  }

  /** @param {Welcome} welcome */
  rememberWelcome(welcome) {
    // With a token there is no session; an earlier guest's session is kept for later.
    const session = welcome.session ?? this.identity.load().session;
    this.identity.save({ session, name: welcome.name, games: this.games.latest });
    this.welcome = welcome;
  }

  /**
   * Send hello again on this connection with a newer token; emit `token_expiring` if there is
   * none. A guest sends its session again.
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
      this.rememberWelcome(await this.hello({ token: session }));
      this.token = token;
    } catch {
      // The connection works until the token expires; the next hello then reports the error.
      this.emit("token_expiring", undefined);
    }
  }

  /**
   * @param {Rejected} rejection
   * @param {string} [name]
   */
  onHelloRejected(rejection, name) {
    if (rejection.code === "disconnected") return;
    if (rejection.code === "unknown_field" && this.games.etag) {
      // An older server has taken the place of the one whose games are known.
      this.games.forget();
      this.sendHello();
    } else if (TOKEN_REFUSALS.has(rejection.code)) {
      this.onTokenRejected(rejection, name);
    } else if (rejection.retryable) {
      this.dialer.retries.hold(rejection.retryAfterMs);
      this.reconnectLater(this.socket);
    } else {
      this.stop();
      // A code is valid once: it is not sent again, and an earlier session still is.
      this.identity.save({ ...this.identity.load(), code: undefined });
      this.emit("name_needed", rejection);
    }
  }

  /**
   * @param {Rejected} rejection
   * @param {string} [name]
   */
  onTokenRejected(rejection, name) {
    const guest = !this.token && this.identity.load().session;
    if (guest) {
      // This will be another player, so the earlier one's commands are dropped.
      this.commands.rejectAll();
      this.identity.save({ name });
    }
    if (guest && name) {
      this.emit("forgotten", rejection);
      this.sendHello();
    } else {
      this.stop();
      this.emit(guest ? "name_needed" : "token_needed", rejection);
    }
  }

  /** @param {Message} message */
  onMessage(message) {
    this.heartbeat.heard();
    if (this.commands.takeAnswer(message)) return;
    if (message.type === "notice" && message.code === "token_expiring") this.renew();
    if (message.type === "notice" && message.code === "restarting") {
      this.dialer.retries.told(message.retry_after_ms);
    }
    this.emit(/** @type {any} */ (message.type), message);
  }

  /** Measure the clock, which also shows that the connection works. */
  ping() {
    const askedMs = this.clock.local();
    this.commands.send({ type: "ping" }).then(
      (pong) => this.clock.learn(askedMs, pong.now_ms),
      () => {},
    );
  }

  /**
   * Schedule a reconnection with exponential back-off and jitter.
   * @param {WebSocket|null} socket
   * @param {number} [shortestMs] the minimum delay
   */
  reconnectLater(socket, shortestMs = 0) {
    if (!socket || socket !== this.socket) return;
    this.dropSocket();
    const wasOnline = this.state === "online";
    this.setState("reconnecting");
    this.dialer.dialLater(shortestMs);
    if (!wasOnline) this.emit("unreachable", { failures: this.dialer.retries.failures });
  }

  /** Close the socket, and reject the commands that cannot be sent again on another one. */
  dropSocket() {
    this.clearTimers();
    this.dialer.stop();
    this.heartbeat.stop();
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      // Closing can take minutes on a dead network, so do not wait for it.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.commands.rejectUnrepeatable();
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
