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
import { KnownGames } from "./known-games.js";
import { Rejected } from "./rejected.js";
import { ServerClock } from "./server-clock.js";
export { Rejected };
export type ClientMessage = import("./messages.js").ClientMessage;
export type Welcome = import("./messages.js").Welcome;
export type Games = import("./known-games.js").Games;
export type Message = {
    type: string;
} & Record<string, any>;
export type ConnectionState = "offline" | "reconnecting" | "online";
export type Closed = {
    code: number;
    reason: string;
    final: boolean;
};
export type Unreachable = {
    failures: number;
    error?: unknown;
};
export type OwnNews = {
    status: ConnectionState;
    /**
     * set another name before the next `start`
     */
    name_needed: Rejected;
    /**
     * get a token before the next `start`
     */
    token_needed: Rejected;
    /**
     * the token expires soon, and there is no newer one
     */
    token_expiring: undefined;
    /**
     * the server did not know the guest; a new one was created
     */
    forgotten: Rejected;
    /**
     * the server speaks another version of the protocol
     */
    outdated: Welcome;
    /**
     * the server closed the connection, with its reason
     */
    closed: Closed;
    /**
     * an attempt to connect has failed; it will be tried again
     */
    unreachable: Unreachable;
};
export type News = {
    [M in import("./messages.js").ServerMessage as M["type"]]: M;
} & OwnNews;
export type Identity = import("./identity.js").Identity;
export type IdentityStore = import("./identity.js").IdentityStore;
export type SocketClass = new (url: string) => any;
export type TokenProvider = () => string | undefined | null | Promise<string | undefined | null>;
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
export declare const PROTOCOL = 1;
export declare class Connection {
    url: string;
    identity: import("./identity.js").IdentityStore;
    provider: TokenProvider;
    WebSocket: SocketClass | {
        new (url: string | URL, protocols?: string | string[]): WebSocket;
        prototype: WebSocket;
        readonly CONNECTING: 0;
        readonly OPEN: 1;
        readonly CLOSING: 2;
        readonly CLOSED: 3;
    };
    capabilities: string[] | undefined;
    /** @type {string|null|undefined} what the provider returned last */
    token: string | null | undefined;
    /** @type {ConnectionState} */
    state: ConnectionState;
    /** @type {Welcome|null} the last welcome */
    welcome: Welcome | null;
    games: KnownGames;
    /** @type {WebSocket|null} */
    socket: WebSocket | null;
    clock: ServerClock;
    dialer: Dialer;
    closeFromMs: number;
    /** @type {Map<string, Set<(value: any) => void>>} */
    listeners: Map<string, Set<(value: any) => void>>;
    /** @type {Set<ReturnType<typeof setTimeout>>} */
    timers: Set<ReturnType<typeof setTimeout>>;
    heartbeat: Heartbeat;
    commands: Commands;
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
    constructor({ url, identity, name, token, WebSocket, capabilities, probe }: {
        url: string;
        identity?: IdentityStore;
        name?: string;
        token?: TokenProvider;
        WebSocket?: SocketClass;
        capabilities?: string[];
        probe?: () => Promise<boolean>;
    });
    /**
     * Call `handler` for each message of a type, or each event of the connection.
     * @template {keyof News} T
     * @param {T} type
     * @param {(value: News[T]) => void} handler
     * @returns {() => void} unsubscribes the handler
     */
    on<T extends keyof News>(type: T, handler: (value: News[T]) => void): () => void;
    /** Connect, and reconnect whenever the connection is lost. */
    start(): void;
    /** @returns {Promise<Welcome>} the welcome of this connection, or of the next one */
    ready(): Promise<Welcome>;
    /** Disconnect, without reconnecting. */
    stop(): void;
    /** The network may have changed: reconnect at once, or check that the connection works. */
    retryNow(): void;
    /** The network is gone, or the page was asleep: the connection is lost, closed or not. */
    networkLost(): void;
    /**
     * Notice within seconds that the line is dead, while it matters: the server has more to answer.
     * @param {boolean} close
     */
    watchClosely(close: boolean): void;
    lineDied(): void;
    /** The server's time, in milliseconds UTC. */
    serverNow(): number;
    /**
     * Send a command and wait for its answer.
     * @template {ClientMessage["type"]} T
     * @param {import("./messages.js").Command<T>} message without an id
     * @param {(answer: import("./messages.js").Answers[T]) => void} [onAccepted] called with the
     *   answer before the next message is handled, unlike what waits for the promise
     * @returns {Promise<import("./messages.js").Answers[T]>}
     * @throws {Rejected}
     */
    request<T extends ClientMessage["type"]>(message: import("./messages.js").Command<T>, onAccepted?: (answer: import("./messages.js").Answers[T]) => void): Promise<import("./messages.js").Answers[T]>;
    connect(): void;
    /**
     * The server or the network closed a connection.
     * @param {WebSocket} socket
     * @param {number} code
     * @param {string} reason
     */
    onClose(socket: WebSocket, code: number, reason: string): void;
    sendHello(): Promise<void>;
    /**
     * Send hello. The welcome has the games even if the server has left them out.
     * @param {Omit<import("./messages.js").Command<"hello">, "type">} who
     * @returns {Promise<Welcome>}
     */
    hello(who: Omit<import("./messages.js").Command<"hello">, "type">): Promise<Welcome>;
    /**
     * @param {Welcome} welcome
     * @param {number} askedMs when hello was sent, by the local clock
     */
    onWelcome(welcome: Welcome, askedMs: number): void;
    /** @param {Welcome} welcome */
    rememberWelcome(welcome: Welcome): void;
    /**
     * Send hello again on this connection with a newer token; emit `token_expiring` if there is
     * none. A guest sends its session again.
     */
    renew(): Promise<void>;
    /**
     * @param {Rejected} rejection
     * @param {string} [name]
     */
    onHelloRejected(rejection: Rejected, name?: string): void;
    /**
     * @param {Rejected} rejection
     * @param {string} [name]
     */
    onTokenRejected(rejection: Rejected, name?: string): void;
    /** @param {Message} message */
    onMessage(message: Message): void;
    /** Measure the clock, which also shows that the connection works. */
    ping(): void;
    /**
     * Schedule a reconnection with exponential back-off and jitter.
     * @param {WebSocket|null} socket
     * @param {number} [shortestMs] the minimum delay
     */
    reconnectLater(socket: WebSocket | null, shortestMs?: number): void;
    /** Close the socket, and reject the commands that cannot be sent again on another one. */
    dropSocket(): void;
    /** @param {ConnectionState} state */
    setState(state: ConnectionState): void;
    /**
     * @template {keyof News} T
     * @param {T} type
     * @param {any} value
     */
    emit<T extends keyof News>(type: T, value: any): void;
    /**
     * @param {() => void} action
     * @param {number} delayMs
     */
    later(action: () => void, delayMs: number): void;
    clearTimers(): void;
}
