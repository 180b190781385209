/**
 * Pauses in a run-out. The server sends it at once and nobody can act during it, so the page shows
 * it card by card. All other events are shown immediately.
 */

/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */

const LONGEST_PAUSE_MS = 900;
/** The share of the time until the next hand that pauses may use. */
const SHARE_OF_BREAK = 0.5;

/**
 * How long to wait before each of these events, in milliseconds.
 * @param {TableEvent[]} events one batch from the server
 * @param {number} nowMs by the server's clock
 * @returns {number[]}
 */
export function pauses(events, nowMs) {
  const waits = events.map((event, index) => index > 0 && isDramatic(events[index - 1], event));
  const count = waits.filter(Boolean).length;
  const next = events.find((event) => event.type === "next_hand_scheduled");
  if (!count || !next) return events.map(() => 0);
  const breakMs = Math.max(0, next.at_ms - nowMs);
  const pauseMs = Math.min(LONGEST_PAUSE_MS, (breakMs * SHARE_OF_BREAK) / count);
  return waits.map((wait) => (wait ? pauseMs : 0));
}

/**
 * @param {TableEvent} before
 * @param {TableEvent} event
 */
function isDramatic(before, event) {
  if (DEALS.has(event.type)) return DEALS.has(before.type) || SHOWS.has(before.type);
  return event.type === "pot_awarded" && (DEALS.has(before.type) || before.type === "pot_awarded");
}

/** Events that deal the cards of a run-out, and events that precede it. */
const DEALS = new Set(["board_dealt", "hole_cards_dealt"]);
const SHOWS = new Set(["cards_shown", "run_it_agreed"]);
