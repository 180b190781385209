/** Checks the rates of a player's statistics. */

import assert from "node:assert/strict";
import { RATE_NAMES, rateOf } from "../../pokerws/web/model/rates.js";

const stats = {
  ...{ player: "p", hands: 10, decided: 8, vpip: 4, pfr: 2, three_bet_chances: 3, three_bets: 1 },
  ...{ flops: 5, showdowns: 2, net: -30 },
};
assert.deepEqual(rateOf(stats, "vpip"), { share: 0.5, count: 4, of: 8 });
assert.deepEqual(rateOf(stats, "pfr"), { share: 0.25, count: 2, of: 8 });
assert.deepEqual(rateOf(stats, "three_bet"), { share: 1 / 3, count: 1, of: 3 });
assert.deepEqual(rateOf(stats, "showdown"), { share: 0.4, count: 2, of: 5 });
// What the server leaves out is none.
assert.deepEqual(rateOf(stats, "won_showdown"), { share: 0, count: 0, of: 2 });
assert.ok(RATE_NAMES.every((name) => rateOf({ player: "q" }, name).share === null));
console.log("rates hold");
