/**
 * Applies events about a table's host: the browser's version of `pokerws/game/hosting/applying.py`.
 */

import { seatAt } from "./hand-state.js";
import { readConfig } from "./table-config.js";

/** @typedef {import("./table-read.js").TableState} TableState */
/** @typedef {import("./table-read.js").TableEvent} TableEvent */

/** @type {Record<string, (table: TableState, event: TableEvent) => void>} */
export const HOSTING_EVENTS = {
  seat_requested: ({ hosting }, { player, name, buy_in }) => {
    hosting.requests = [...hosting.requests, { player, name, buy_in }];
  },
  seat_approved: ({ hosting }, { player }) => {
    dropRequest(hosting, player);
    hosting.approved = [...hosting.approved, player];
  },
  seat_denied: ({ hosting }, { player }) => {
    dropRequest(hosting, player);
    hosting.approved = others(hosting.approved, player);
  },
  seat_request_withdrawn: ({ hosting }, { player }) => dropRequest(hosting, player),
  player_kicked: ({ hosting }, { player }) => {
    hosting.approved = others(hosting.approved, player);
  },
  player_banned: ({ hosting }, { player }) => {
    dropRequest(hosting, player);
    hosting.approved = others(hosting.approved, player);
    hosting.banned = [...hosting.banned, player];
  },
  player_unbanned: ({ hosting }, { player }) => {
    hosting.banned = others(hosting.banned, player);
  },
  player_muted: ({ hosting }, { player, on }) => {
    const left = others(hosting.muted, player);
    hosting.muted = on ? [...left, player] : left;
  },
  table_paused: ({ hosting }) => {
    hosting.paused = true;
  },
  table_resumed: ({ hosting }) => {
    hosting.paused = false;
  },
  change_planned: ({ hosting }, { config = null }) => {
    hosting.next_config = config && readConfig(config);
  },
  table_changed: (table, event) => {
    const config = readConfig(event.config);
    /** @param {import("./table-read.js").TableConfig} one */
    const games = ({ variant, mix }) => JSON.stringify([variant, mix.games, mix.rotation, mix.hands]);
    if (games(config) !== games(table.config)) table.game = null;
    table.hosting.first_config ??= table.config;
    table.config = config;
    table.hosting.next_config = null;
    changeClocks(table, event);
    if (table.extras && event.ends_at_ms !== undefined) {
      table.extras.ends_at_ms = event.ends_at_ms;
      table.extras.last_hand = 0;
    }
  },
  host_changed: (table, { player }) => {
    table.host = player;
  },
  link_renewed: ({ hosting }, { link }) => {
    hosting.link = link;
  },
  chips_given: (table, { seat, player, amount }) => {
    seatAt(table, seat).stack += amount;
    book(table.hosting, player, { given: amount });
  },
  chips_taken: (table, { seat, player, amount }) => {
    seatAt(table, seat).stack -= amount;
    book(table.hosting, player, { returned: amount });
  },
};

/**
 * What a changed config makes of the clocks of the seats, if there are others.
 * @param {TableState} table
 * @param {TableEvent} event
 */
function changeClocks({ seats }, { clocks }) {
  if (!clocks) return;
  for (const [number, seat] of seats.entries()) if (seat) seat.clock = clocks[number];
}

/**
 * What a player who sits down changes: the request is gone, and the bank has given the stack.
 * @param {TableState} table
 * @param {TableEvent} event
 */
export function satDown({ hosting, config }, { player, name, stack }) {
  dropRequest(hosting, player);
  if (!config.hosting.bank) return;
  if (!hosting.bank.some((line) => line.player === player)) {
    hosting.bank = [...hosting.bank, { player, name, given: 0, returned: 0 }];
  }
  book(hosting, player, { name, given: stack });
}

/**
 * What a player who stands up brings back to the bank.
 * @param {TableState} table
 * @param {TableEvent} event
 */
export function stoodUp({ hosting }, { player, stack }) {
  book(hosting, player, { returned: stack });
}

/**
 * @param {TableState["hosting"]} hosting
 * @param {string} player
 */
function dropRequest(hosting, player) {
  hosting.requests = hosting.requests.filter((request) => request.player !== player);
}

/**
 * @param {string[]} players
 * @param {string} player
 */
function others(players, player) {
  return players.filter((one) => one !== player);
}

/**
 * @param {TableState["hosting"]} hosting
 * @param {string} player
 * @param {{name?: string, given?: number, returned?: number}} chips
 */
function book(hosting, player, { name, given = 0, returned = 0 }) {
  hosting.bank = hosting.bank.map((line) =>
    line.player === player
      ? {
          ...line,
          name: name ?? line.name,
          given: line.given + given,
          returned: line.returned + returned,
        }
      : line,
  );
}
