/**
 * The page's sounds as lists of tones, from which they are synthesised: there is no file to load.
 */

/**
 * @typedef {object} Tone
 * @property {number} at seconds after the start
 * @property {number} seconds
 * @property {number} hertz at the start
 * @property {number} [toHertz] at the end, if it glides
 * @property {"sine"|"triangle"|"noise"} shape of noise, `hertz` is the middle of its band
 * @property {number} loudness from 0 to 1
 */
/** @typedef {keyof typeof SOUNDS} SoundName */

/** @param {number} at @param {number} hertz @returns {Tone} */
const bell = (at, hertz) => ({ at, seconds: 0.35, hertz, shape: "sine", loudness: 0.5 });
/** @param {number} at @param {number} hertz @returns {Tone} */
const click = (at, hertz) => ({ at, seconds: 0.04, hertz, shape: "noise", loudness: 0.5 });

export const SOUNDS = /** @type {const} */ ({
  /** Two rising notes. */
  turn: [bell(0, 660), bell(0.14, 880)],
  /** A tick a second. */
  hurry: [{ at: 0, seconds: 0.07, hertz: 1_150, shape: "triangle", loudness: 0.4 }],
  /** A card that slides over felt. */
  deal: [{ at: 0, seconds: 0.13, hertz: 1_800, toHertz: 900, shape: "noise", loudness: 0.3 }],
  /** Chips that touch each other. */
  chips: [click(0, 4_200), click(0.05, 5_100), click(0.085, 4_600)],
  /** A broken chord. */
  win: [bell(0, 523), bell(0.1, 659), bell(0.2, 784), bell(0.3, 1_047)],
});

/** Sounds of events, if they are heard at all. @type {Record<string, SoundName>} */
const OF_EVENTS = {
  hole_cards_dealt: "deal",
  board_dealt: "deal",
  cards_drawn: "deal",
  called: "chips",
  bet_placed: "chips",
  raised: "chips",
  bring_in_posted: "chips",
};

/**
 * @param {import("../client/state/table-state.js").TableEvent} event
 * @param {number|null} own the viewer's seat
 * @returns {SoundName|null}
 */
export function soundOf(event, own) {
  if (event.type === "pot_awarded") {
    const won = event.shares.some((/** @type {{seat: number}} */ { seat }) => seat === own);
    return won ? "win" : "chips";
  }
  return OF_EVENTS[event.type] ?? null;
}
