/**
 * All options of a table's config, in the sections of the form. Bounds and defaults are the
 * server's, in the units of the messages; a test compares them with the server's own.
 */

/** What a number is divided by to be shown: milliseconds as seconds or minutes, parts of a percent. */
const SECONDS = 1_000;
const MINUTES = 60_000;
const PERCENT = 100;
const MOST_CHIPS = 10 ** 12;
const MOST_CLOCK_MS = 600_000;
const A_DAY_MS = 86_400_000;

/**
 * @typedef {object} Option
 * @property {string} path its place in the config: `house.run_it`
 * @property {"number"|"choice"|"switch"|"part"|"list"|"games"} kind a `part` is null unless chosen
 * @property {string} key of its texts: `new_table.KEY`, and of a choice `new_table.KEY.CHOICE`
 * @property {any} initial the server's default
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [scale]
 * @property {readonly (string|number)[]} [choices]
 * @property {string} [needs] what the games must have for it: one of `needsOf`
 * @property {"none"|"never"|"usual"} [zero] what 0 means; the field is then empty
 * @property {boolean} [fixed] whether it cannot change later
 */

/**
 * @param {string} path
 * @param {number} min
 * @param {number} max
 * @param {number} initial
 * @param {Partial<Option>} [more]
 * @returns {Option}
 */
function number(path, min, max, initial, more = {}) {
  return { path, kind: "number", key: lastOf(path), min, max, initial, ...more };
}

/**
 * @param {string} path
 * @param {Partial<Option>} [more]
 */
function chips(path, more = {}) {
  return number(path, 0, MOST_CHIPS, 0, more);
}

/**
 * @param {string} path
 * @param {readonly (string|number)[]} choices the first one is the default
 * @param {Partial<Option>} [more]
 * @returns {Option}
 */
function choice(path, choices, more = {}) {
  return { path, kind: "choice", key: lastOf(path), choices, initial: choices[0], ...more };
}

/**
 * @param {string} path
 * @param {Partial<Option>} [more]
 * @returns {Option}
 */
function toggle(path, more = {}) {
  return { path, kind: "switch", key: lastOf(path), initial: false, ...more };
}

/**
 * Options that are there only if their part is chosen.
 * @param {string} path
 * @param {string} key
 * @param {Option[]} options
 * @returns {Option[]}
 */
function part(path, key, ...options) {
  return [
    { path, kind: "part", key, initial: null },
    ...options.map((option) => ({ ...option, key: `${key}.${lastOf(option.path)}` })),
  ];
}

/** @param {string} path */
function lastOf(path) {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** @type {Option[]} */
const BASICS = [
  { path: "mix.games", kind: "games", key: "mix_games", initial: [], needs: "custom" },
  choice("mix.rotation", ["orbit", "hands", "choice"], { needs: "mix" }),
  number("mix.hands", 1, 1_000, 8, { needs: "hands" }),
  number("small_blind", 0, MOST_CHIPS, 50, { needs: "blinds" }),
  number("big_blind", 1, MOST_CHIPS, 100, { needs: "blinds" }),
  chips("limit.small_bet", { needs: "limit" }),
  chips("limit.big_bet", { needs: "big-bet" }),
  number("min_buy_in", 1, MOST_CHIPS, 2_000),
  number("max_buy_in", 1, MOST_CHIPS, 20_000),
  number("seats", 2, 10, 6, { fixed: true }),
  number("turn_time_ms", 100, MOST_CLOCK_MS, 20_000, { scale: SECONDS, key: "turn_seconds" }),
];

/** @type {Option[]} */
const HOUSE = [
  chips("ante", { needs: "ante", zero: "none" }),
  choice("ante_kind", ["each", "big_blind"], { needs: "ante-kind" }),
  chips("limit.stud_ante", { needs: "stud", zero: "usual" }),
  chips("limit.bring_in", { needs: "stud", zero: "usual" }),
  choice("house.straddle", ["none", "under_the_gun", "mississippi", "sleeper"], { needs: "straddle" }),
  choice("house.run_it", [1, 2, 3], { needs: "board" }),
  number("house.bomb_pot_every", 0, 1_000, 0, { needs: "board", zero: "never" }),
  choice("house.bomb_pot_vote", ["off", "all", "majority"], { needs: "board" }),
  choice("house.bomb_pot_boards", [1, 2], { needs: "bomb-pot" }),
  chips("house.bomb_pot_ante", { needs: "bomb-pot", zero: "usual" }),
  choice("house.rabbit_hunt", ["off", "agreed", "open"], { needs: "board" }),
  chips("house.seven_deuce", { needs: "board", zero: "none" }),
  chips("house.stand_up", { zero: "none" }),
  number("house.max_bets", 0, 100, 0, { needs: "limit", zero: "usual" }),
  choice("house.odd_chips", ["rulebook", "button"]),
  toggle("house.whole_pot"),
  toggle("house.ante_only", { needs: "ante-only" }),
];

/** @type {Option[]} */
const PEOPLE = [
  toggle("hosting.unlisted", { fixed: true }),
  toggle("hosting.approval"),
  toggle("hosting.bank", { fixed: true }),
  toggle("company.anonymous_watchers"),
  number("company.delay_ms", 0, MOST_CLOCK_MS, 0, { scale: SECONDS, zero: "none" }),
  number("company.delay_hands", 0, 20, 0, { zero: "none" }),
  toggle("company.show_cards_later"),
  choice("statistics", ["own", "all"]),
];

/** @type {Option[]} */
const SEATING = [
  choice("seating.button", ["dead", "moving"]),
  number("seating.waiting_list", 0, 20, 10),
  number("seating.reserve_ms", 1_000, 600_000, 60_000, { scale: SECONDS }),
  number("seating.stay_ms", 0, A_DAY_MS, 3_600_000, { scale: MINUTES }),
  number("presence.absent_seat_ms", 0, A_DAY_MS, 0, { scale: MINUTES, zero: "usual" }),
  toggle("seating.auto_chips", { initial: true }),
];

/**
 * @param {string} path
 * @param {number} initial
 */
function clock(path, initial) {
  return number(path, 0, MOST_CLOCK_MS, initial, { scale: SECONDS });
}

/** @type {Option[]} */
const CLOCKS = [
  number("next_hand_delay_ms", 0, 60_000, 4_000, { scale: SECONDS }),
  number("clocks.timeouts_to_sit_out", 1, 100, 2),
  { path: "clocks.street_ms", kind: "list", key: "street_ms", initial: [], scale: SECONDS },
  ...part(
    "clocks.bank",
    "time_bank",
    clock("clocks.bank.start_ms", 30_000),
    clock("clocks.bank.refill_ms", 5_000),
    number("clocks.bank.refill_hands", 1, 1_000, 10),
    clock("clocks.bank.max_ms", 120_000),
    choice("clocks.bank.use", ["auto", "on_demand"]),
  ),
  ...part(
    "clocks.protection",
    "protection",
    number("clocks.protection.times", 1, 100, 3),
    clock("clocks.protection.base_ms", 20_000),
    clock("clocks.protection.big_blind_ms", 500),
    clock("clocks.protection.max_ms", 60_000),
    clock("clocks.protection.back_ms", 5_000),
  ),
  ...part(
    "clocks.lag",
    "lag",
    number("clocks.lag.turn_ms", 1, 5_000, 500, { scale: SECONDS }),
    clock("clocks.lag.seated_ms", 10_000),
  ),
];

/** @type {Option[]} */
const SESSION = [
  ...part(
    "house.session",
    "session",
    number("house.session.ends_after_ms", 0, 7 * A_DAY_MS, 0, { scale: MINUTES, zero: "never" }),
    number("house.session.hands", 0, 1_000_000, 0, { zero: "never" }),
  ),
  ...part(
    "house.rake",
    "rake",
    number("house.rake.percent", 0, 1_000, 0, { scale: PERCENT }),
    chips("house.rake.cap", { zero: "none" }),
    chips("house.rake.cap_heads_up", { zero: "usual" }),
    toggle("house.rake.no_flop_no_drop", { initial: true }),
  ),
];

/** The sections by name; the first one is always open, and has no name of its own. */
export const SECTIONS = { basics: BASICS, house: HOUSE, people: PEOPLE, seating: SEATING, clocks: CLOCKS, session: SESSION };
export const OPTIONS = Object.values(SECTIONS).flat();

/**
 * @param {any} config
 * @param {string} path
 */
export function valueAt(config, path) {
  return path.split(".").reduce((value, name) => value?.[name], config);
}

/**
 * @param {any} config
 * @param {string} path
 * @param {unknown} value
 */
export function setValueAt(config, path, value) {
  const names = path.split(".");
  const last = /** @type {string} */ (names.pop());
  let place = config;
  for (const name of names) place = place[name] ??= {};
  place[last] = value;
}
