/** A chart of the players' nets over the hands: lines that differ by colour and by their dashes. */

import { shortChips } from "../model/format.js";
import { makeSvg } from "../ui/dom.js";

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 92;
const RIGHT = 12;
const TOP = 22;
const BOTTOM = 36;
/** Lines that differ on dark ground, also for those who see fewer colours. */
export const COLOURS = ["#f0c862", "#6db7ff", "#3fd08a", "#ff8f7d", "#c9a2ff", "#8ee6e6", "#ffb35c", "#e3e8e4"];
const DASHES = ["", "7 4", "2 4"];

/**
 * The look of a player's line.
 * @param {number} index
 */
export function styleOf(index) {
  const dash = DASHES[Math.floor(index / COLOURS.length) % DASHES.length];
  return { stroke: COLOURS[index % COLOURS.length], "stroke-dasharray": dash };
}

/**
 * @param {number[]} hands their numbers
 * @param {number[][]} lines one point more than there are hands: the nets before them
 * @param {string} label
 * @returns {SVGElement}
 */
export function netChart(hands, lines, label) {
  const all = [0, ...lines.flat()];
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const span = most - least || 1;
  /** @param {number} at */
  const x = (at) => LEFT + (at / hands.length) * (WIDTH - LEFT - RIGHT);
  /** @param {number} net */
  const y = (net) => TOP + ((most - net) / span) * (HEIGHT - TOP - BOTTOM);
  const levels = [...new Set([most, 0, least])].filter(
    (net, at, all) => all.every((other, before) => before >= at || Math.abs(y(net) - y(other)) > 16),
  );
  const grid = levels.flatMap((net) => [
    makeSvg("line", { x1: `${LEFT}`, x2: `${WIDTH - RIGHT}`, y1: `${y(net)}`, y2: `${y(net)}`, class: net ? "grid" : "zero" }),
    words(shortChips(net).replace("-", "−"), LEFT - 8, y(net) + 5, "end"),
  ]);
  const paths = lines.map((line, index) => {
    const points = line.map((net, at) => `${x(at).toFixed(1)},${y(net).toFixed(1)}`).join(" ");
    return makeSvg("polyline", { points, class: "net", ...styleOf(index) });
  });
  const ends = [words(`#${hands[0]}`, LEFT, HEIGHT - 6, "start"), words(`#${hands[hands.length - 1]}`, WIDTH - RIGHT, HEIGHT - 6, "end")];
  const attributes = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "net-chart" };
  return makeSvg("svg", attributes, ...grid, ...ends, ...paths);
}

/**
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {"start"|"end"} anchor
 */
function words(text, x, y, anchor) {
  const element = makeSvg("text", { x: String(x), y: String(y), "text-anchor": anchor });
  element.textContent = text;
  return element;
}
