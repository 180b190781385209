/** The games of `variants.js`, which `make docs` generates. */

export interface Variant {
  name: string;
  betting: "no_limit" | "pot_limit" | "fixed_limit";
  /** The forced bets. */
  forced: "blinds" | "button_blind" | "antes" | "bring_in";
  /** The maximum number of seats. */
  seats: number;
  /** The names of the streets. */
  streets: string[];
  /** A player's face-down and face-up cards after the last street. */
  down: number;
  up: number;
  /** The number of board cards. */
  board: number;
  /** How many hole cards a hand must use; 0 for any number. */
  fromHole: number;
  /** Whether it has draws. */
  draws: boolean;
  /** Whether high and low split each pot. */
  hiLo: boolean;
  /** How hands rank: one entry, or two if high and low split each pot. */
  rankings: (
    | "high"
    | "short_deck"
    | "ace_to_five"
    | "eight_or_better"
    | "deuce_to_seven"
    | "badugi"
    | "high_card"
  )[];
}

/** By code. */
export const VARIANTS: Record<string, Variant>;
export const MIXES: Record<string, { name: string; games: string[] }>;
