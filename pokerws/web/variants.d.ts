/** The games of the server that this page comes from; it makes `variants.js` from its variants. */

export interface Variant {
  name: string;
  betting: "no_limit" | "pot_limit" | "fixed_limit";
  /** What is put in first. */
  forced: "blinds" | "button_blind" | "antes" | "bring_in";
  /** The most that it can be played with. */
  seats: number;
  /** The names of its streets. */
  streets: string[];
  /** The hidden cards of a player after the last street, and those that lie face up. */
  down: number;
  up: number;
  /** The cards in the middle. */
  board: number;
  /** How many hole cards a hand must use; 0 for any number. */
  fromHole: number;
  /** Whether cards are drawn. */
  draws: boolean;
  /** Whether high and low split each pot. */
  hiLo: boolean;
}

/** By their codes. */
export const VARIANTS: Record<string, Variant>;
export const MIXES: Record<string, { name: string; games: string[] }>;
