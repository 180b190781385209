/** Configs to begin a new table with, by name. What they leave out has its default. */

/** @typedef {import("../client/messages.js").CreateTable["config"]} Config */

const BLINDS = { small_blind: 50, big_blind: 100 };

/** @type {Record<string, Config>} */
export const PRESETS = {
  standard: {},
  quick: { seats: 6, turn_time_ms: 10_000, next_hand_delay_ms: 2_000 },
  heads_up: { seats: 2 },
  home: {
    seats: 9,
    turn_time_ms: 30_000,
    hosting: { unlisted: true, approval: true, bank: true },
    house: { run_it: 2, rabbit_hunt: "open" },
    statistics: "all",
  },
  omaha: { variant: "PO", seats: 6, house: { run_it: 2, bomb_pot_every: 20, bomb_pot_boards: 2 } },
  mixed: {
    variant: "8-GAME",
    ...BLINDS,
    limit: { small_bet: 100, big_bet: 200 },
    seats: 6,
    mix: { rotation: "orbit" },
  },
};
