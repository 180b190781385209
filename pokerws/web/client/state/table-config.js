/**
 * Reads a table's config and fills in the defaults that the wire format omits, and writes it again
 * without them. No other module knows the defaults.
 */

import { written } from "./written.js";

/** @typedef {import("./written.js").Fields} Fields */

/** @typedef {Required<import("../messages.js").LimitStakes>} LimitStakes */
/** @typedef {Required<import("../messages.js").Mix>} Mix */
/** @typedef {Required<import("../messages.js").PresenceOptions>} PresenceOptions */
/** @typedef {Required<import("../messages.js").Seating>} Seating */
/** @typedef {Required<import("../messages.js").HostingRules>} HostingRules */

/**
 * @typedef {Omit<Required<import("../messages.js").HouseRules>, "rake"|"session"> &
 *   {rake: import("../messages.js").Rake|null,
 *    session: import("../messages.js").SessionLimits|null}} HouseRules
 */

/**
 * @typedef {Omit<Required<import("../messages.js").Clocks>, "bank"|"protection"|"lag"> & {
 *   bank: Required<import("../messages.js").TimeBank>|null,
 *   protection: Required<import("../messages.js").DisconnectProtection>|null,
 *   lag: Required<import("../messages.js").LagAllowance>|null,
 * }} Clocks
 */

/**
 * @typedef {object} Sections
 * @property {LimitStakes} limit
 * @property {Mix} mix
 * @property {HouseRules} house
 * @property {PresenceOptions} presence
 * @property {Clocks} clocks
 * @property {Seating} seating
 * @property {HostingRules} hosting
 */

/**
 * @typedef {Omit<import("../messages.js").TableConfig, keyof Sections> & Sections} TableConfig
 */

/** @type {{[section: string]: Fields}} */
const SECTIONS = {
  limit: { small_bet: 0, big_bet: 0, stud_ante: 0, bring_in: 0 },
  mix: { games: [], rotation: "orbit", hands: 8 },
  house: {
    straddle: "none",
    run_it: 1,
    bomb_pot_every: 0,
    bomb_pot_ante: 0,
    bomb_pot_boards: 1,
    max_bets: 0,
    odd_chips: "rulebook",
    whole_pot: false,
    bomb_pot_vote: "off",
    rabbit_hunt: "off",
    seven_deuce: 0,
    stand_up: 0,
    ante_only: false,
    rake: null,
    session: null,
  },
  presence: { absent_seat_ms: 0 },
  clocks: { street_ms: [], bank: null, protection: null, lag: null, timeouts_to_sit_out: 2 },
  seating: {
    button: "dead",
    stay_ms: 3_600_000,
    reserve_ms: 60_000,
    waiting_list: 10,
    auto_chips: true,
  },
  hosting: { unlisted: false, approval: false, bank: false },
};

/**
 * Parts of sections that are null unless they are chosen.
 * @type {{[section: string]: {[part: string]: Fields}}}
 */
const PARTS = {
  house: {
    rake: { percent: 0, cap: 0, cap_heads_up: 0, no_flop_no_drop: true },
    session: { ends_after_ms: 0, hands: 0 },
  },
  clocks: {
    bank: {
      start_ms: 30_000,
      refill_ms: 5_000,
      refill_hands: 10,
      max_ms: 120_000,
      use: "auto",
    },
    protection: {
      times: 3,
      base_ms: 20_000,
      big_blind_ms: 500,
      max_ms: 60_000,
      back_ms: 5_000,
    },
    lag: { turn_ms: 500, seated_ms: 10_000 },
  },
};

/**
 * @param {any} config as in a message
 * @returns {TableConfig}
 */
export function readConfig(config) {
  const whole = { ...config };
  for (const [section, defaults] of Object.entries(SECTIONS)) {
    const fields = { ...defaults, ...config[section] };
    for (const [part, ofPart] of Object.entries(PARTS[section] ?? {})) {
      if (fields[part]) fields[part] = { ...ofPart, ...fields[part] };
    }
    whole[section] = fields;
  }
  return whole;
}

/**
 * @param {TableConfig} config
 * @returns {Fields} as in a message
 */
export function writeConfig(config) {
  /** @type {Fields} */
  const whole = { ...config };
  for (const [section, defaults] of Object.entries(SECTIONS)) {
    const fields = written(whole[section], [], defaults);
    for (const [part, ofPart] of Object.entries(PARTS[section] ?? {})) {
      if (fields[part]) fields[part] = written(fields[part], [], ofPart);
    }
    whole[section] = fields;
  }
  return whole;
}
