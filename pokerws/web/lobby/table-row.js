/** One table in the list of the lobby. */

import { readConfig } from "../client/state/table-config.js";
import { chips } from "../model/format.js";
import { describeOffer } from "../model/stakes.js";
import { make, makeSvg, setText } from "../ui/dom.js";
import { t } from "../texts/texts.js";

/** @typedef {import("../client/messages.js").TableSummary} TableSummary */

/**
 * What the buttons of a row do.
 * @typedef {object} RowActions
 * @property {(table: string) => void} open
 * @property {(table: string) => void} preview show the table in the row, or hide it
 * @property {(table: string) => void} wait join the waiting list
 */

/**
 * @param {string} id
 * @param {RowActions} actions
 * @returns {HTMLElement}
 */
export function makeRow(id, actions) {
  const preview = { type: "button", class: "felt-mark", "data-action": "preview" };
  const wait = { type: "button", "data-action": "wait", text: t("lobby.wait"), hidden: true };
  const open = { type: "button", "data-action": "open" };
  return make(
    "li",
    { "data-table-id": id },
    make("button", { ...preview, "aria-expanded": "false", onclick: () => actions.preview(id) }),
    make("div", { class: "what" }, make("h2"), make("p", { class: "soft" })),
    make(
      "div",
      { class: "facts" },
      ...["seats-taken", "badge", "average-pot", "pace", "queue"].map((name) => make("p", { class: name })),
    ),
    make(
      "div",
      { class: "row-buttons" },
      make("button", { ...wait, onclick: () => actions.wait(id) }),
      make("button", { ...open, onclick: () => actions.open(id) }),
    ),
  );
}

/**
 * @param {HTMLElement} row
 * @param {TableSummary} table
 * @param {{isOwn: boolean, isWaiting: boolean}} player whether the player sits or waits there
 */
export function fillRow(row, table, { isOwn, isWaiting }) {
  const { config, players, name } = table;
  /** @param {string} selector */
  const part = (selector) => /** @type {HTMLElement} */ (row.querySelector(selector));
  const isFull = players >= config.seats;
  row.dataset.status = table.status;
  row.classList.toggle("own", isOwn);
  setText(part("h2"), name);
  setText(part(".what p"), describeTable(config));
  fillFacts(part, table);
  drawMark(part(".felt-mark"), config.seats, players);
  part(".felt-mark").setAttribute("aria-label", t("lobby.preview", { table: name }));
  const action = isOwn ? "return" : isFull ? "watch" : "join";
  const button = part('[data-action="open"]');
  setText(button, t(`lobby.${action}`));
  button.setAttribute("aria-label", t(`lobby.${action}_table`, { table: name }));
  button.className = action === "watch" ? "" : "primary";
  const wait = part('[data-action="wait"]');
  const places = readConfig(config).seating.waiting_list;
  wait.hidden = !isFull || isOwn || isWaiting || (table.waiting ?? 0) >= places;
  wait.setAttribute("aria-label", t("lobby.wait_table", { table: name }));
}

/**
 * @param {(selector: string) => HTMLElement} part
 * @param {TableSummary} table
 */
function fillFacts(part, table) {
  const { hand_number: hands, average_pot: pot, hands_an_hour: pace, waiting } = table;
  const playing = hands ? t("lobby.playing_hand", { hand: hands }) : t("lobby.playing");
  /** @type {Record<string, string>} */
  const facts = {
    ".seats-taken": company(table),
    ".badge": table.status === "active" ? playing : whyIdle(table),
    ".average-pot": pot ? t("lobby.average_pot", { amount: chips(pot) }) : "",
    ".pace": pace ? t("lobby.hands_an_hour", { count: pace }) : "",
    ".queue": waiting ? t("lobby.queue", { count: waiting }) : "",
  };
  for (const [selector, text] of Object.entries(facts)) {
    setText(part(selector), text);
    part(selector).hidden = !text;
  }
}

/** @param {TableSummary} table */
function whyIdle({ paused, players, bots, bots_waiting: count }) {
  if (paused) return t("lobby.paused");
  if (count) return t("lobby.bots_waiting", { count });
  return t(bots && bots === players ? "lobby.bots_wait" : "lobby.waiting");
}

/**
 * The game, its stakes, and how one comes to play.
 * @param {TableSummary["config"]} config
 */
function describeTable(config) {
  const limits = { least: chips(config.min_buy_in), most: chips(config.max_buy_in) };
  const parts = [describeOffer(readConfig(config)), t("lobby.buy_in", limits)];
  if (config.hosting?.approval) parts.push(t("lobby.approval"));
  return parts.join(" · ");
}

/**
 * How many seats are taken, and by whom if some are bots.
 * @param {TableSummary} table
 */
function company({ players, bots = 0, config: { seats } }) {
  if (!bots) return t("lobby.seats", { players, seats });
  const people = t("lobby.people", { count: players - bots });
  return t("lobby.seats_with", { players, seats, people, bots: t("lobby.bots", { count: bots }) });
}

/**
 * A small table with a dot for each seat, as many of them filled as are taken.
 * @param {HTMLElement} place
 * @param {number} seats
 * @param {number} taken
 */
function drawMark(place, seats, taken) {
  const drawn = `${taken}/${seats}`;
  if (place.dataset.drawn === drawn) return;
  place.dataset.drawn = drawn;
  const felt = makeSvg("rect", { x: "9", y: "9", width: "54", height: "30", rx: "15", class: "felt" });
  const dots = Array.from({ length: seats }, (_, seat) => {
    const angle = (2 * Math.PI * seat) / seats + Math.PI / 2;
    return makeSvg("circle", {
      cx: (36 + 32 * Math.cos(angle)).toFixed(1),
      cy: (24 + 20 * Math.sin(angle)).toFixed(1),
      r: "3.5",
      class: seat < taken ? "taken" : "free",
    });
  });
  const attributes = { viewBox: "0 0 72 48", "aria-hidden": "true" };
  place.replaceChildren(makeSvg("svg", attributes, felt, ...dots));
}
