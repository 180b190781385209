// What the page's heartbeat does while time passes, which this program decides.

import assert from "node:assert/strict";
import { mock } from "node:test";

import { Heartbeat } from "../../pokerws/web/client/heartbeat.js";

mock.timers.enable({ apis: ["setTimeout"] });
const PART_MS = 1_000;
const TIMES = { interval_ms: 2_500, timeout_ms: 5 * PART_MS };

/** @param {number} parts */
function wait(parts) {
  // One by one, since a timer that a timer sets counts from the end of a tick.
  for (let part = 0; part < parts; part += 1) mock.timers.tick(PART_MS);
}

/**
 * @param {{interval_ms: number, timeout_ms: number}} [times]
 * @returns {[Heartbeat, string[]]}
 */
function started(times = TIMES) {
  /** @type {string[]} */
  const done = [];
  const heartbeat = new Heartbeat(
    () => done.push("ask"),
    () => done.push("lost"),
  );
  heartbeat.start(times);
  return [heartbeat, done];
}

/** A silent connection is asked for a sign, and lost before the time is over. */
{
  const [heartbeat, done] = started();
  wait(2);
  assert.deepEqual(done, []);
  wait(1);
  assert.deepEqual(done, ["ask"]);
  wait(1);
  assert.deepEqual(done, ["ask", "lost"]);
  wait(100);
  assert.deepEqual(done, ["ask", "lost"], "it is lost once");
  heartbeat.start(TIMES);
  wait(3);
  assert.deepEqual(done, ["ask", "lost", "ask"], "the next connection is listened to");
  heartbeat.stop();
}

/** Heartbeats are enough; the server is asked only now and then, to measure the clock. */
{
  const [heartbeat, done] = started();
  for (let part = 0; part < 150; part += 1) {
    if (part % 3 === 0) heartbeat.heard();
    wait(1);
  }
  assert.deepEqual(done, ["ask", "ask"]);
  heartbeat.stop();
}

/** An answer in time keeps the connection. */
{
  const [heartbeat, done] = started();
  wait(3);
  heartbeat.heard();
  wait(3);
  assert.deepEqual(done, ["ask"]);
  heartbeat.stop();
}

/** A check asks at once, and waits for one part. */
{
  const [heartbeat, done] = started();
  heartbeat.heard();
  heartbeat.check();
  assert.deepEqual(done, ["ask"]);
  heartbeat.heard();
  wait(1);
  assert.deepEqual(done, ["ask"], "it has answered");
  heartbeat.check();
  wait(1);
  assert.deepEqual(done, ["ask", "ask", "lost"]);
  heartbeat.check();
  wait(1);
  assert.deepEqual(done, ["ask", "ask", "lost"], "there is no connection to check");
}

/** A line that is watched closely is asked after two seconds, and lost after five. */
{
  const [heartbeat, done] = started({ interval_ms: 10_000, timeout_ms: 20_000 });
  heartbeat.watchClosely(true);
  wait(1);
  heartbeat.watchClosely(true);
  wait(1);
  assert.deepEqual(done, ["ask"]);
  heartbeat.heard();
  wait(2);
  assert.deepEqual(done, ["ask"], "an answer ends the silence");
  wait(4);
  assert.deepEqual(done, ["ask", "ask", "lost"]);
}

/** Without that, it is silent for longer than the server's interval before it is asked. */
{
  const [heartbeat, done] = started({ interval_ms: 10_000, timeout_ms: 20_000 });
  heartbeat.watchClosely(true);
  wait(1);
  heartbeat.watchClosely(false);
  wait(11);
  assert.deepEqual(done, []);
  wait(1);
  assert.deepEqual(done, ["ask"]);
  heartbeat.stop();
}

/** A stopped heartbeat does nothing. */
{
  const [heartbeat, done] = started();
  heartbeat.stop();
  wait(100);
  assert.deepEqual(done, []);
}
