/**
 * One connection to the server, kept alive: hello, command ids and their answers, pings, the
 * server's clock, and reconnecting with exponential back-off.
 *
 * It knows nothing of the page and nothing of poker. Messages are those of `pokerws/messages.py`.
 * A command that was under way when the connection broke is sent again with the same id on the next
 * one: the server remembers ids and carries none out twice. What it does not remember, and what is
 * too old, is answered with the code `disconnected`.
 */

/** @typedef {{type: string} & Record<string, any>} Message */
/** @typedef {"offline"|"reconnecting"|"online"} ConnectionState */

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

export const PROTOCOL = 1;

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;
const STABLE_AFTER_MS = 5_000;
const CONNECT_TIMEOUT_MS = 8_000;
const PING_EVERY_MS = 10_000;
const SILENCE_LIMIT_MS = 8_000;

/** Commands that may be sent again: tables remember their ids. */
const REPEATABLE = new Set(["act", "sit", "stand", "sit_out", "sit_in", "add_chips"]);
const REPEAT_WITHIN_MS = 30_000;

/**
 * A command that waits for its answer.
 * @typedef {object} Waiting
 * @property {Message} message with its id
 * @property {number} sentMs by the local clock
 * @property {(answer: Message) => void} resolve
 * @property {(error: Error) => void} reject
 */

/** Answers to a command, by message type. Every other message is news. */
const ANSWERS = new Set(["accepted", "welcome", "pong", "tables", "account"]);

/** The server's refusal of a command; `code` is stable. */
export class Rejected extends Error {
  /** @param {{code: string, message: string, retryable?: boolean}} answer */
  constructor({ code, message, retryable = false }) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}

export class Connection {
  /**
   * @param {object} options
   * @param {string} options.url
   * @param {IdentityStore} options.identity
   */
  constructor({ url, identity }) {
    this.url = url;
    this.identity = identity;
    /** @type {ConnectionState} */
    this.state = "offline";
    /** @type {Message|null} the last welcome */
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
   * Call `handler` for each message of a type, for `status` (with the ConnectionState), or for
   * `name_needed` and `forgotten` (with the Rejected that says why), or for `outdated`.
   * @param {string} type
   * @param {(value: any) => void} handler
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
   * @param {Message} message without an id
   * @returns {Promise<Message>} the `accepted`, `tables`, `account` or `pong`
   * @throws {Rejected}
   */
  request(message) {
    if (this.state !== "online") return Promise.reject(notConnected());
    return this.send(message);
  }

  /**
   * @param {Message} message
   * @returns {Promise<Message>}
   */
  send(message) {
    const id = `${this.idPrefix}-${this.nextId++}`;
    return new Promise((resolve, reject) => {
      const waiting = { message: { ...message, id }, sentMs: this.clock.local(), resolve, reject };
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
    socket.onclose = () => this.lose(socket);
  }

  async hello() {
    const { session, name, renamed } = this.identity.load();
    const asked = this.clock.local();
    try {
      const who = { token: session, name: session && !renamed ? undefined : name };
      this.welcomed(await this.send({ type: "hello", ...who }), asked);
    } catch (error) {
      if (error instanceof Rejected) this.refused(error, name);
      else throw error;
    }
  }

  /**
   * @param {Message} welcome
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
    this.identity.save({ session: welcome.session, name: welcome.name });
    this.welcome = welcome;
    this.later(() => {
      this.attempts = 0;
    }, STABLE_AFTER_MS);
    this.later(() => this.ping(), PING_EVERY_MS);
    const repeated = [...this.waiting.values()];
    this.setState("online");
    this.emit("welcome", welcome);
    for (const { message } of repeated) this.socket?.send(JSON.stringify(message));
  }

  /**
   * @param {Rejected} refusal
   * @param {string} [name]
   */
  refused(refusal, name) {
    if (refusal.code === "disconnected") return;
    if (refusal.code === "bad_token") {
      // Another player now: what the earlier one wanted is void.
      this.abandon(() => true);
      this.identity.save({ name });
      if (name) {
        this.emit("forgotten", refusal);
        this.hello();
        return;
      }
    }
    if (refusal.retryable) {
      if (this.socket) this.lose(this.socket);
      return;
    }
    this.stop();
    this.emit("name_needed", refusal);
  }

  /** @param {Message} message */
  receive(message) {
    this.lastHeardMs = this.clock.local();
    const waiting = this.waiting.get(message.id);
    if (waiting && (ANSWERS.has(message.type) || message.type === "rejected")) {
      this.waiting.delete(message.id);
      if (message.type !== "rejected") waiting.resolve(message);
      else waiting.reject(new Rejected(/** @type {any} */ (message)));
    } else {
      this.emit(message.type, message);
    }
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
   */
  lose(socket) {
    if (socket !== this.socket) return;
    this.drop();
    this.setState("reconnecting");
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.later(() => this.connect(), longest * (0.5 + Math.random() / 2));
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
   * @param {string} type
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

/** The server's clock, by the answer that came back fastest, on a clock that never jumps. */
class ServerClock {
  constructor() {
    this.offset = Date.now() - performance.now();
    this.bestTripMs = Infinity;
  }

  local() {
    return performance.now();
  }

  now() {
    return this.local() + this.offset;
  }

  /**
   * @param {number} asked when the question was sent, by the local clock
   * @param {number} serverNow the server's time in its answer
   */
  learn(asked, serverNow) {
    const trip = this.local() - asked;
    // A little slack lets newer measurements replace an old one, as clocks drift.
    if (trip > this.bestTripMs * 1.5 + 5) return;
    this.bestTripMs = trip;
    this.offset = serverNow + trip / 2 - this.local();
  }
}

function notConnected() {
  const message = "not connected to the server";
  return new Rejected({ code: "disconnected", message, retryable: true });
}

function randomPrefix() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
