// Which games the client has after each welcome, and what it asks the server for.

import assert from "node:assert/strict";

import { Connection } from "../../pokerws/web/client/protocol.js";

const GAMES = { variants: { NT: { name: "hold'em" } }, mixes: { MIX: { name: "Mix" } } };
const WELCOME = { type: "welcome", protocol: 1, now_ms: 1, limits: {}, flags: {}, name: "Ann" };

/** @type {FakeSocket[]} */
const sockets = [];

/** A socket whose server is this program. */
class FakeSocket {
  constructor() {
    /** @type {any[]} */
    this.sent = [];
    sockets.push(this);
  }

  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }

  /** @param {object} message */
  async answers(message) {
    const { id } = this.sent.at(-1);
    // @ts-expect-error set by the client
    this.onmessage({ data: JSON.stringify({ id, ...message }) });
    await settled();
  }

  close() {}
}

async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/**
 * A client's hello on a connection of its own.
 * @param {Connection} connection
 */
async function hello(connection) {
  connection.stop();
  connection.start();
  const socket = /** @type {FakeSocket} */ (sockets.at(-1));
  // @ts-expect-error set by the client
  socket.onopen();
  await settled();
  return socket;
}

/** @param {any} identity */
function client(identity) {
  const kept = { load: () => identity.stored, save: (/** @type {any} */ value) => {
    identity.stored = JSON.parse(JSON.stringify(value));
  } };
  return new Connection({ url: "ws://server", identity: kept, WebSocket: FakeSocket });
}

const visit = { stored: /** @type {any} */ ({ name: "Ann" }) };

/** Games that the server has left out are those of the welcome before. */
{
  const connection = client(visit);
  let socket = await hello(connection);
  assert.equal(socket.sent[0].games_etag, undefined);
  await socket.answers({ ...WELCOME, ...GAMES, games_etag: "one" });
  socket = await hello(connection);
  assert.equal(socket.sent[0].games_etag, "one");
  await socket.answers({ ...WELCOME, games_etag: "one" });
  assert.deepEqual(connection.welcome?.variants, GAMES.variants);
  assert.deepEqual(connection.welcome?.mixes, GAMES.mixes);
  const renewed = connection.renew();
  await settled();
  assert.equal(socket.sent.at(-1).games_etag, "one");
  await socket.answers({ ...WELCOME, games_etag: "one" });
  await renewed;
  assert.deepEqual(connection.welcome?.variants, GAMES.variants);
  connection.stop();
}

/** They are stored between visits, and replaced when the server has others. */
{
  const connection = client(visit);
  let socket = await hello(connection);
  assert.equal(socket.sent[0].games_etag, "one");
  await socket.answers({ ...WELCOME, variants: { PO: {} }, mixes: {}, games_etag: "two" });
  assert.deepEqual(connection.welcome?.variants, { PO: {} });
  socket = await hello(connection);
  assert.equal(socket.sent[0].games_etag, "two");
  await socket.answers({ ...WELCOME, ...GAMES });
  assert.equal(visit.stored.games, undefined, "an older server names none");
  connection.stop();
}

/** An older server refuses the field, and gets a hello without it on the same connection. */
{
  visit.stored = { name: "Ann", games: { etag: "one", ...GAMES } };
  const connection = client(visit);
  const socket = await hello(connection);
  await socket.answers({ type: "rejected", code: "unknown_field", message: "", retryable: false });
  assert.equal(socket.sent.length, 2);
  assert.equal(socket.sent[1].games_etag, undefined);
  await socket.answers({ ...WELCOME, ...GAMES });
  assert.equal(connection.state, "online");
  connection.stop();
}

/** What is stored incompletely is not used. */
for (const games of [{ etag: "one" }, { etag: "one", variants: {} }, { variants: {}, mixes: {} }]) {
  visit.stored = { name: "Ann", games };
  const connection = client(visit);
  const socket = await hello(connection);
  assert.equal(socket.sent[0].games_etag, undefined);
  connection.stop();
}
