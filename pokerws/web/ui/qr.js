/**
 * Makes QR codes (ISO/IEC 18004): of texts up to 412 bytes, in byte mode, with error correction of
 * level M and versions 1 to 15.
 */

import { makeSvg } from "./dom.js";

/** Of level M, by version: bytes of error correction of a block, and blocks. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10];
/** The two bits of level M in the format. */
const LEVEL_M = 0;
/** A light border that readers need, in modules. */
const BORDER = 4;

/** Whether a mask inverts the module in a column and row. @type {((x: number, y: number) => boolean)[]} */
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/**
 * The code of a text, as an image with a label.
 * @param {string} text
 * @param {string} label
 * @returns {SVGElement}
 */
export function qrImage(text, label) {
  const modules = qrModules(text);
  const size = modules.length + 2 * BORDER;
  const path = modules.flatMap((row, y) =>
    row.map((dark, x) => (dark ? `M${x + BORDER} ${y + BORDER}h1v1h-1z` : "")),
  );
  const attributes = { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, class: "qr" };
  const light = makeSvg("rect", { width: String(size), height: String(size), fill: "#fff" });
  return makeSvg("svg", attributes, light, makeSvg("path", { d: path.join(""), fill: "#000" }));
}

/**
 * The modules of the code by row and column; true is dark.
 * @param {string} text
 * @returns {boolean[][]}
 */
export function qrModules(text) {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes.length);
  const stream = interleave(version, dataOf(version, bytes));
  const tries = MASKS.map((mask, number) => draw(version, stream, mask, number));
  const penalties = tries.map(penaltyOf);
  return tries[penalties.indexOf(Math.min(...penalties))];
}

/** @param {number} length in bytes */
function versionFor(length) {
  for (let version = 1; version <= BLOCKS.length; version++) {
    const header = version < 10 ? 2 : 3;
    // The header is 4 bits longer or shorter than whole bytes; the end marker fills it up.
    if (length + header <= capacityOf(version)) return version;
  }
  throw new RangeError(`a text of ${length} bytes is too long for a QR code`);
}

/** All bytes of a code. @param {number} version */
function bytesOf(version) {
  const alignments = version === 1 ? 0 : Math.floor(version / 7) + 2;
  let modules = (16 * version + 128) * version + 64;
  if (alignments) modules -= (25 * alignments - 10) * alignments - 55;
  if (version >= 7) modules -= 36;
  return Math.floor(modules / 8);
}

/** The bytes for data. @param {number} version */
function capacityOf(version) {
  return bytesOf(version) - CORRECTION[version - 1] * BLOCKS[version - 1];
}

/**
 * The text with its header, filled up to the capacity.
 * @param {number} version
 * @param {Uint8Array} bytes
 */
function dataOf(version, bytes) {
  const count = bytes.length.toString(2).padStart(version < 10 ? 8 : 16, "0");
  const text = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const bits = `0100${count}${text}0000`;
  const data = (bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "0"), 2));
  for (let pad = 0xec; data.length < capacityOf(version); pad ^= 0xec ^ 0x11) data.push(pad);
  return data.slice(0, capacityOf(version));
}

/**
 * The blocks with their error correction, one byte of each in turn.
 * @param {number} version
 * @param {number[]} data
 */
function interleave(version, data) {
  const [count, correction] = [BLOCKS[version - 1], CORRECTION[version - 1]];
  const short = Math.floor(data.length / count);
  const shortOnes = count - (data.length % count);
  const divisor = divisorOf(correction);
  const blocks = [];
  for (let block = 0, at = 0; block < count; block++) {
    const part = data.slice(at, (at += short + (block < shortOnes ? 0 : 1)));
    blocks.push({ part, rest: remainder(part, divisor) });
  }
  const stream = [];
  for (let at = 0; at <= short; at++) for (const { part } of blocks) if (at < part.length) stream.push(part[at]);
  for (let at = 0; at < correction; at++) for (const { rest } of blocks) stream.push(rest[at]);
  return stream;
}

/** A product in the field of 256 elements, by 0x11d. @param {number} one @param {number} other */
function multiply(one, other) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> bit) & 1) * one;
  }
  return product;
}

/** The polynomial of a Reed–Solomon code, without its first coefficient. @param {number} degree */
function divisorOf(degree) {
  const divisor = [...Array(degree - 1).fill(0), 1];
  for (let root = 1, step = 0; step < degree; step++, root = multiply(root, 2)) {
    for (let at = 0; at < degree; at++) {
      divisor[at] = multiply(divisor[at], root) ^ (divisor[at + 1] ?? 0);
    }
  }
  return divisor;
}

/** @param {number[]} data @param {number[]} divisor */
function remainder(data, divisor) {
  const rest = divisor.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ /** @type {number} */ (rest.shift());
    rest.push(0);
    divisor.forEach((coefficient, at) => (rest[at] ^= multiply(coefficient, factor)));
  }
  return rest;
}

/**
 * @param {number} version
 * @param {number[]} stream
 * @param {(x: number, y: number) => boolean} mask
 * @param {number} number of the mask
 */
function draw(version, stream, mask, number) {
  const size = 4 * version + 17;
  /** @type {(boolean|undefined)[][]} */
  const modules = Array.from({ length: size }, () => Array(size).fill(undefined));
  drawPatterns(modules, version);
  drawFormat(modules, number);
  let bit = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 1 : 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const isUp = ((right + 1) & 2) === 0;
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (modules[y][x] !== undefined) continue;
        const dark = ((stream[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1;
        modules[y][x] = (dark === 1) !== mask(x, y);
        bit++;
      }
    }
  }
  return /** @type {boolean[][]} */ (modules);
}

/** @param {(boolean|undefined)[][]} modules @param {number} version */
function drawPatterns(modules, version) {
  const size = modules.length;
  for (let at = 0; at < size; at++) modules[6][at] = modules[at][6] = at % 2 === 0;
  const corners = [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ];
  for (const [x, y] of corners) square(modules, x, y, 4, (distance) => distance !== 2 && distance !== 4);
  const places = alignmentsOf(version, size);
  const last = places.length - 1;
  places.forEach((x, i) =>
    places.forEach((y, j) => {
      const isCorner = (i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0);
      if (!isCorner) square(modules, x, y, 2, (distance) => distance !== 1);
    }),
  );
  if (version >= 7) drawVersion(modules, version);
}

/**
 * @param {(boolean|undefined)[][]} modules
 * @param {number} x of the centre
 * @param {number} y
 * @param {number} reach
 * @param {(distance: number) => boolean} isDark
 */
function square(modules, x, y, reach, isDark) {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const inside = modules[y + dy] !== undefined && x + dx >= 0 && x + dx < modules.length;
      if (inside) modules[y + dy][x + dx] = isDark(Math.max(Math.abs(dx), Math.abs(dy)));
    }
  }
}

/** @param {number} version @param {number} size */
function alignmentsOf(version, size) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.ceil((size - 13) / (2 * count - 2)) * 2;
  const places = Array.from({ length: count - 1 }, (_, at) => size - 7 - at * step);
  return [6, ...places.reverse()];
}

/** @param {(boolean|undefined)[][]} modules @param {number} version */
function drawVersion(modules, version) {
  const bits = (version << 12) | bch(version, 12, 0x1f25);
  for (let at = 0; at < 18; at++) {
    const [a, b] = [modules.length - 11 + (at % 3), Math.floor(at / 3)];
    modules[b][a] = modules[a][b] = ((bits >>> at) & 1) === 1;
  }
}

/** @param {(boolean|undefined)[][]} modules @param {number} mask */
function drawFormat(modules, mask) {
  const size = modules.length;
  const data = (LEVEL_M << 3) | mask;
  const bits = ((data << 10) | bch(data, 10, 0x537)) ^ 0x5412;
  for (let at = 0; at < 15; at++) {
    const dark = ((bits >>> at) & 1) === 1;
    // Beside the upper left corner, around the dotted lines; and shared by the other two corners.
    if (at < 8) modules[at + (at > 5 ? 1 : 0)][8] = modules[8][size - 1 - at] = dark;
    else {
      modules[8][at === 8 ? 7 : 14 - at] = dark;
      modules[size - 15 + at][8] = dark;
    }
  }
  modules[size - 8][8] = true;
}

/** @param {number} data @param {number} degree @param {number} divisor */
function bch(data, degree, divisor) {
  let rest = data;
  for (let step = 0; step < degree; step++) rest = (rest << 1) ^ ((rest >>> (degree - 1)) * divisor);
  return rest;
}

/** How hard a code is to read. @param {boolean[][]} modules */
function penaltyOf(modules) {
  const columns = modules.map((_, x) => modules.map((row) => row[x]));
  let penalty = 0;
  for (const line of [...modules, ...columns]) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const run of text.match(/1{5,}|0{5,}/g) ?? []) penalty += run.length - 2;
    // What looks like a corner, also where two of them overlap.
    penalty += 40 * (text.match(/(?=00001011101|10111010000)/g) ?? []).length;
  }
  for (let y = 1; y < modules.length; y++) {
    for (let x = 1; x < modules.length; x++) {
      const [here, above] = [modules[y], modules[y - 1]];
      if (here[x] === here[x - 1] && here[x] === above[x] && here[x] === above[x - 1]) penalty += 3;
    }
  }
  const dark = modules.flat().filter(Boolean).length / modules.length ** 2;
  return penalty + 10 * Math.floor(Math.abs(dark * 20 - 10));
}
