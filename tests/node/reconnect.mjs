// When a page connects again, while time passes, which this program decides.

import assert from "node:assert/strict";
import { mock } from "node:test";

import { Dialer } from "../../pokerws/web/client/dialer.js";
import { Connection } from "../../pokerws/web/client/protocol.js";
import { Retries } from "../../pokerws/web/client/retries.js";

mock.timers.enable({ apis: ["setTimeout"] });
const STEP_MS = 50;
let nowMs = 0;

/**
 * Let time pass, and promises settle.
 * @param {number} forMs
 */
async function pass(forMs) {
  for (let passed = 0; passed < forMs; passed += STEP_MS) {
    nowMs += STEP_MS;
    mock.timers.tick(STEP_MS);
    await Promise.resolve();
    await Promise.resolve();
  }
}

/** A page whose server is away until it is `up`. */
class Page {
  /** @param {boolean} probes */
  constructor(probes) {
    this.up = false;
    this.failedSockets = 0;
    this.backMs = -1;
    this.dialer = new Dialer({
      now: () => nowMs,
      open: () => this.open(),
      failed: () => {},
      probe: probes ? async () => this.up : undefined,
    });
  }

  open() {
    if (this.up) {
      this.backMs = nowMs;
      return;
    }
    this.failedSockets += 1;
    this.dialer.dialLater();
  }
}

/** After an outage of any length a page is back within five seconds, and no sooner than others. */
for (const outageMs of [3_000, 100_000, 171_350, 240_000]) {
  const pages = Array.from({ length: 200 }, () => new Page(true));
  for (const page of pages) page.dialer.dialLater();
  await pass(outageMs);
  const returnMs = nowMs;
  for (const page of pages) page.up = true;
  await pass(5_000);
  const waitsMs = pages.map(({ backMs }) => backMs - returnMs);
  assert.ok(Math.min(...waitsMs) >= 0, "each page is back");
  assert.ok(Math.max(...waitsMs) <= 4_600);
  for (const page of pages) assert.ok(page.failedSockets <= 1, "others are probed for");
  // They do not come at once: no tenth of the time has a third of them.
  if (outageMs < 10_000) continue;
  const tenths = new Array(10).fill(0);
  for (const waitMs of waitsMs) tenths[Math.floor(waitMs / 500)] += 1;
  assert.ok(Math.max(...tenths) < pages.length / 3, String(tenths));
}

/** After a restart that was announced, a page is back within a second; later it is not as eager. */
{
  const pages = Array.from({ length: 200 }, () => new Page(false));
  for (const page of pages) {
    page.dialer.retries.restarting();
    page.dialer.dialLater();
  }
  await pass(9_000);
  for (const { failedSockets } of pages) assert.ok(failedSockets >= 11 && failedSockets <= 36);
  const returnMs = nowMs;
  for (const page of pages.slice(100)) page.up = true;
  await pass(850);
  const waitsMs = pages.slice(100).map(({ backMs }) => backMs - returnMs);
  assert.ok(Math.min(...waitsMs) >= 0 && Math.max(...waitsMs) <= 850);
  assert.ok(new Set(waitsMs).size > 5, "not all at once");
  await pass(10_150);
  const away = pages.slice(0, 100);
  const before = away.map(({ failedSockets }) => failedSockets);
  for (const page of away) page.dialer.retries.restarting();
  await pass(20_000);
  for (const [index, page] of away.entries()) assert.ok(page.failedSockets - before[index] <= 10);
}

/** A connection tells a restart from another close. */
for (const [code, isSoon] of [
  [1012, true],
  [1006, false],
]) {
  const connection = new Connection({ url: "ws://nowhere.example/ws", name: "Ann", WebSocket: class {
    close() {}
  } });
  connection.start();
  const { socket } = connection;
  assert.ok(socket?.onclose);
  const closed = /** @type {unknown} */ ({ code, reason: "" });
  socket.onclose(/** @type {CloseEvent} */ (closed));
  assert.equal(connection.dialer.retries.soonUntilMs > 0, isSoon);
  connection.stop();
}

/**
 * How long a page waits after a restart, and again when it has not been online since.
 * @param {unknown} toldMs
 */
function pausesMs(toldMs) {
  const retries = new Retries(() => nowMs);
  retries.told(9_000);
  retries.told(toldMs);
  retries.restarting();
  return [retries.pauseMs(), (retries.told(0), retries.restarting(), retries.pauseMs()), retries.pauseMs()];
}

/** The first pause after a restart is what the server has told, within bounds; later ones are not. */
for (const [toldMs, soonestMs, latestMs] of [
  [0, 0, 0],
  [60, 60, 60],
  [700, 700, 700],
  [10_000, 10_000, 10_000],
  [1e15, 10_000, 10_000],
  ...[undefined, null, -1, NaN, Infinity, "60", {}, [60], true].map((one) => [one, 250, 750]),
]) {
  const [firstMs, secondMs, thirdMs] = pausesMs(toldMs);
  assert.ok(firstMs >= Number(soonestMs) && firstMs <= Number(latestMs), `${toldMs}: ${firstMs}`);
  assert.ok(secondMs >= 250 && secondMs <= 750, "who restarts again makes no pause shorter");
  assert.ok(thirdMs >= 250 && thirdMs <= 750, `${toldMs}: ${thirdMs} in the end`);
}

/** What was told is forgotten when the connection ends otherwise. */
{
  const retries = new Retries(() => nowMs);
  retries.told(9_000);
  retries.pauseMs();
  retries.reset();
  retries.restarting();
  assert.ok(retries.pauseMs() <= 750);
}

/** A longer time is kept also by a page that has not been online since. */
{
  const retries = new Retries(() => nowMs);
  retries.pauseMs();
  retries.told(8_000);
  retries.restarting();
  assert.equal(retries.pauseMs(), 8_000);
}

/** A connection waits as it was told, whatever wakes the page; after another close it does not. */
for (const [code, soonestMs, latestMs] of [
  [1012, 7_000, 7_000],
  [1006, 0, 250],
]) {
  let opened = 0;
  const connection = new Connection({
    url: "ws://nowhere.example/ws",
    name: "Ann",
    WebSocket: class {
      constructor() {
        opened += 1;
      }

      close() {}
    },
  });
  connection.start();
  const { socket } = connection;
  assert.ok(socket?.onmessage && socket.onclose);
  const data = JSON.stringify({ type: "notice", code: "restarting", message: "", retry_after_ms: 7_000 });
  socket.onmessage(/** @type {MessageEvent} */ (/** @type {unknown} */ ({ data })));
  socket.onclose(/** @type {CloseEvent} */ (/** @type {unknown} */ ({ code, reason: "" })));
  await pass(soonestMs - STEP_MS);
  if (soonestMs) connection.retryNow();
  assert.equal(opened, 1);
  await pass(latestMs - soonestMs + 2 * STEP_MS);
  assert.equal(opened, 2);
  connection.stop();
}

/** Without a probe the socket itself is tried as often. */
{
  const page = new Page(false);
  page.dialer.dialLater();
  await pass(100_000);
  page.up = true;
  const returnMs = nowMs;
  await pass(5_000);
  assert.ok(page.backMs >= returnMs && page.failedSockets > 20);
}

/** The pause that the server asks for is kept, whatever happens meanwhile. */
{
  const page = new Page(true);
  page.up = true;
  page.dialer.retries.hold(30_000);
  const heldUntilMs = nowMs + 30_000;
  page.dialer.dialLater();
  await pass(10_000);
  page.dialer.dialNow();
  await pass(19_000);
  assert.equal(page.backMs, -1);
  await pass(6_000);
  assert.ok(page.backMs >= heldUntilMs);
}

/** A wake-up does not wait for the next attempt, nor for a probe that hangs. */
{
  const page = new Page(true);
  let asked = 0;
  page.dialer.probe = () => {
    asked += 1;
    return asked < 3 ? new Promise(() => {}) : Promise.resolve(true);
  };
  page.dialer.retries.failures = 9;
  page.dialer.dial();
  await pass(4_600);
  assert.equal(asked, 2, "a probe that hangs does not hold up the next one");
  page.up = true;
  page.dialer.dialNow();
  await pass(STEP_MS);
  assert.ok(page.backMs > 0);
}

/** A connection whose socket may not even be opened says so, and goes on trying. */
{
  let allowed = false;
  let opened = 0;
  class Socket {
    constructor() {
      if (!allowed) throw new Error("blocked");
      opened += 1;
    }

    close() {}
  }
  /** @type {unknown[]} */
  const errors = [];
  const connection = new Connection({ url: "ws://nowhere.example/ws", name: "Ann", WebSocket: Socket });
  connection.on("unreachable", ({ error }) => errors.push(error));
  connection.start();
  assert.equal(connection.state, "reconnecting");
  await pass(20_000);
  assert.ok(errors.length > 4 && errors.every((error) => String(error) === "Error: blocked"));
  allowed = true;
  await pass(4_600);
  assert.equal(opened, 1);
  connection.networkLost();
  await pass(4_600);
  assert.equal(opened, 2, "a lost network does not wait for the socket to close");
  connection.stop();
  await pass(60_000);
  assert.equal(opened, 2);
}
