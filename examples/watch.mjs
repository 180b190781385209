/**
 * Watches the first table and prints what happens there, with Node.js 22 or newer and the protocol
 * module of the web page. It stops after the given number of hands, if there is one.
 *
 *     node examples/watch.mjs ws://127.0.0.1:8765/ws Wanda 3
 */

import { Connection } from "../pokerws/web/client/protocol.js";

const [url = "ws://127.0.0.1:8765/ws", name = "Wanda", hands = "Infinity"] = process.argv.slice(2);

/** @type {import("../pokerws/web/client/protocol.js").Identity} */
let known = { name };
const identity = { load: () => known, save: (/** @type {typeof known} */ now) => (known = now) };
const connection = new Connection({ url, identity });
let left = Number(hands);

connection.on("welcome", async () => {
  const { tables } = await connection.request({ type: "list_tables" });
  if (tables.length) await connection.request({ type: "watch", table: tables[0].table });
});
connection.on("snapshot", ({ state, seq }) => console.log(`${state.name}, after event ${seq}`));
connection.on("events", ({ events }) => events.forEach(print));
connection.on("name_needed", (refusal) => console.error(refusal.message));
connection.start();

/** @param {import("../pokerws/web/client/messages.js").TableEvent} event */
function print(event) {
  if (event.type === "hand_started") console.log(`hand ${event.hand}`);
  if (event.type === "board_dealt") console.log(`  board ${event.cards.join(" ")}`);
  if (event.type === "pot_awarded") {
    for (const { seat, amount } of event.shares) console.log(`  seat ${seat} wins ${amount}`);
  }
  if (event.type === "hand_ended" && --left <= 0) connection.stop();
}
