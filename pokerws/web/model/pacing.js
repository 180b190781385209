/**
 * When a run-out is shown card by card: the server sends it all at once, and nobody can act in it,
 * so the page may take its time. Everything else is shown at once.
 */

/** @typedef {import("./table-state.js").TableEvent} TableEvent */

const LONGEST_PAUSE_MS = 900;
/** The part of the time until the next hand that pauses may take. */
const SHARE_OF_BREAK = 0.5;

/**
 * How long to wait before each of these events, in milliseconds.
 * @param {TableEvent[]} events one batch, as the server sent it
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

/** What deals the cards of a run-out, and what goes before it. */
const DEALS = new Set(["board_dealt", "hole_cards_dealt"]);
const SHOWS = new Set(["cards_shown", "run_it_agreed"]);
