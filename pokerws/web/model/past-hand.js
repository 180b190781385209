/**
 * A finished hand, from the events that the server keeps of it: its steps, and the table as it was
 * at each of them. The same events are applied as at the table itself.
 */

import { newSeat, readTable } from "../client/state/table-read.js";
import { applyEvent } from "../client/state/table-state.js";
import { streetName } from "./games.js";
import { HandMemory } from "./hand-memory.js";
import { describeEvent } from "./narration.js";

/** @typedef {import("../client/state/table-state.js").TableState} TableState */
/** @typedef {import("../client/state/table-state.js").TableEvent} TableEvent */
/** @typedef {import("../client/messages.js").HandEvents} HandEvents */

/**
 * Events that are shown at once.
 * @typedef {object} Step
 * @property {number} end how many events have happened after it
 * @property {string[]} lines
 * @property {string} street the name of the street that begins with it, or empty
 */

/** What comes before the first decision is one step. */
const SETUP = new Set(["hand_started", "ante_posted", "blind_posted", "hole_cards_dealt"]);
/** They belong to what follows them: the bets lie there until the next card. */
const LEADS = new Set(["bets_collected"]);
const SHOWS = new Set(["cards_shown", "cards_mucked", "pot_awarded"]);

export class PastHand {
  /** @param {HandEvents} answer to a `get_hand` */
  constructor({ table, hand, name = "", config, events }) {
    const started = /** @type {TableEvent} */ (events[0]);
    this.table = table;
    this.number = hand;
    this.name = name;
    /** @type {TableEvent[]} */
    this.events = events;
    this.startedMs = Number(started.at_ms ?? 0);
    this.before = tableBefore(started, started.config ?? config, { id: table, name });
    this.variant = String(started.variant ?? "NT");
    this.own = ownSeat(events);
    this.steps = stepsOf(this.before, events, this.variant);
  }

  /**
   * Whether the hand can be shown. Old hands do not tell who had which stack.
   * @returns {boolean}
   */
  isWhole() {
    return this.before.seats.some(Boolean);
  }

  /**
   * The table after a step.
   * @param {number} step
   * @param {(table: TableState, event: TableEvent) => void} [watch] told of the step's own events
   *   before they are applied
   * @returns {{table: TableState, memory: HandMemory}}
   */
  at(step, watch) {
    const table = structuredClone(this.before);
    const memory = new HandMemory();
    const begin = this.steps[step - 1]?.end ?? 0;
    this.events.slice(0, this.steps[step].end).forEach((event, index) => {
      if (index >= begin) watch?.(table, event);
      follow(table, event, memory);
    });
    return { table, memory };
  }

  /** The steps that begin a street. */
  streets() {
    return this.steps.flatMap(({ street }, step) => (street ? [{ step, name: street }] : []));
  }
}

/**
 * The events of a hand in words.
 * @param {TableEvent[]} events of one hand
 * @param {TableState["config"]} config
 * @returns {{text: string, type: string}[]} with the type of each event
 */
export function linesOf(events, config) {
  const table = tableBefore(events[0], config);
  return events.flatMap((event) => {
    const text = follow(table, event);
    return text ? [{ text, type: event.type }] : [];
  });
}

/**
 * Apply an event, and describe it. One about a player without cards is left out: the events of a
 * hand do not tell enough of them.
 * @param {TableState} table
 * @param {TableEvent} event
 * @param {HandMemory} [memory]
 * @returns {string|null}
 */
function follow(table, event, memory) {
  try {
    const text = describeEvent(table, event);
    memory?.note(table, event);
    applyEvent(table, event);
    return text;
  } catch {
    return null;
  }
}

/**
 * The table as it was before a hand, as far as the hand tells it.
 * @param {TableEvent} started the first event of the hand
 * @param {any} config
 * @param {{id?: string, name?: string}} [known] of the table
 * @returns {TableState}
 */
function tableBefore({ order, names = [], stacks = [], bots = [] }, config, known = {}) {
  /** @type {(object|null)[]} */
  const seats = Array(config.seats).fill(null);
  order.forEach((/** @type {number} */ number, /** @type {number} */ at) => {
    if (!names[at]) return;
    // Without an id, nobody can be found by what is said of the players of another table.
    seats[number] = newSeat({ player: "", name: names[at], stack: stacks[at], bot: bots.includes(number) });
  });
  const rest = { hand: null, last_hand: null, game: null, seq: 0, turns: 0, next_hand_at_ms: null };
  return readTable({ ...known, config, seats, ...rest });
}

/**
 * The seat whose cards are known from the start, which is the viewer's.
 * @param {TableEvent[]} events
 * @returns {number|null}
 */
function ownSeat(events) {
  const dealt = events.find(({ type }) => type === "hole_cards_dealt");
  /** @type {string[][]} */
  const cards = dealt?.cards ?? [];
  const known = cards.flatMap((held, seat) => (held.length && !held.includes("??") ? [seat] : []));
  return known.length === 1 ? known[0] : null;
}

/**
 * @param {TableState} before
 * @param {TableEvent[]} events
 * @param {string} variant
 * @returns {Step[]}
 */
function stepsOf(before, events, variant) {
  const table = structuredClone(before);
  /** @type {Step[]} */
  const steps = [{ end: 0, lines: [], street: streetName(variant, 0) }];
  let isSetup = true;
  let isLed = false;
  let isShowdown = false;
  events.forEach((event, index) => {
    const street = table.hand?.street ?? 0;
    const line = follow(table, event);
    const leads = LEADS.has(event.type);
    isSetup &&= !line || (SETUP.has(event.type) && !event.street);
    if (!isSetup && !isLed && (line || leads)) steps.push({ end: 0, lines: [], street: "" });
    isLed = !isSetup && (leads || (isLed && !line));
    const step = steps[steps.length - 1];
    step.end = index + 1;
    if (line) step.lines.push(line);
    const reached = table.hand?.street ?? street;
    if (reached !== street) step.street = streetName(variant, reached);
    if (SHOWS.has(event.type) && !isShowdown) {
      isShowdown = true;
      step.street ||= SHOWDOWN;
    }
  });
  return steps;
}

/** In place of the name of a street. */
export const SHOWDOWN = "showdown";
