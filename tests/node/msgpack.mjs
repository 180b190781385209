/**
 * As much of MessagePack as JSON has: null, booleans, numbers, strings, arrays and objects.
 * https://github.com/msgpack/msgpack/blob/master/spec.md
 */

const text = new TextEncoder();
const words = new TextDecoder("utf-8", { fatal: true });

/** @param {any} value @returns {Uint8Array} */
export function encode(value) {
  /** @type {number[]} */
  const bytes = [];
  write(value, bytes);
  return Uint8Array.from(bytes);
}

/** @param {any} value @param {number[]} out */
function write(value, out) {
  if (value === null || value === undefined) out.push(0xc0);
  else if (value === false) out.push(0xc2);
  else if (value === true) out.push(0xc3);
  else if (Number.isInteger(value)) writeInteger(value, out);
  else if (typeof value === "number") out.push(0xcb, ...bytesOf(8, (view) => view.setFloat64(0, value)));
  else if (typeof value === "string") {
    const encoded = text.encode(value);
    writeHead(encoded.length, [0xa0, 32], [0xd9, 0xda, 0xdb], out);
    out.push(...encoded);
  } else if (Array.isArray(value)) {
    writeHead(value.length, [0x90, 16], [undefined, 0xdc, 0xdd], out);
    for (const item of value) write(item, out);
  } else {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    writeHead(entries.length, [0x80, 16], [undefined, 0xde, 0xdf], out);
    for (const [key, item] of entries) {
      write(key, out);
      write(item, out);
    }
  }
}

/** @param {number} value @param {number[]} out */
function writeInteger(value, out) {
  if (value >= 0 && value < 0x80) out.push(value);
  else if (value < 0 && value >= -32) out.push(value + 256);
  else out.push(0xd3, ...bytesOf(8, (view) => view.setBigInt64(0, BigInt(value))));
}

/**
 * The length of what follows, in the shortest way there is.
 * @param {number} length
 * @param {[number, number]} short the first byte with the length in it, and from which on it is not
 * @param {(number|undefined)[]} long the first bytes with lengths of 1, 2 and 4 bytes
 * @param {number[]} out
 */
function writeHead(length, [short, limit], [one, two, four], out) {
  if (length < limit) out.push(short + length);
  else if (one && length < 0x100) out.push(one, length);
  else if (two && length < 0x10000) out.push(two, length >> 8, length & 0xff);
  else if (four) out.push(four, ...bytesOf(4, (view) => view.setUint32(0, length)));
}

/** @param {number} size @param {(view: DataView) => void} fill @returns {Uint8Array} */
function bytesOf(size, fill) {
  const view = new DataView(new ArrayBuffer(size));
  fill(view);
  return new Uint8Array(view.buffer);
}

/** @param {Uint8Array} bytes @returns {any} */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value();
  if (reader.at !== bytes.length) throw new Error("there is more than one value");
  return value;
}

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  /** @param {number} size @returns {number} where the next `size` bytes are */
  skip(size) {
    const at = this.at;
    this.at += size;
    return at;
  }

  value() {
    const head = this.view.getUint8(this.skip(1));
    if (head < 0x80) return head;
    if (head < 0x90) return this.object(head & 0x0f);
    if (head < 0xa0) return this.array(head & 0x0f);
    if (head < 0xc0) return this.string(head & 0x1f);
    if (head >= 0xe0) return head - 256;
    return this.long(head);
  }

  /** @param {number} head @returns {any} */
  long(head) {
    switch (head) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xca: return this.view.getFloat32(this.skip(4));
      case 0xcb: return this.view.getFloat64(this.skip(8));
      case 0xcc: return this.view.getUint8(this.skip(1));
      case 0xcd: return this.view.getUint16(this.skip(2));
      case 0xce: return this.view.getUint32(this.skip(4));
      case 0xcf: return Number(this.view.getBigUint64(this.skip(8)));
      case 0xd0: return this.view.getInt8(this.skip(1));
      case 0xd1: return this.view.getInt16(this.skip(2));
      case 0xd2: return this.view.getInt32(this.skip(4));
      case 0xd3: return Number(this.view.getBigInt64(this.skip(8)));
      case 0xd9: return this.string(this.view.getUint8(this.skip(1)));
      case 0xda: return this.string(this.view.getUint16(this.skip(2)));
      case 0xdb: return this.string(this.view.getUint32(this.skip(4)));
      case 0xdc: return this.array(this.view.getUint16(this.skip(2)));
      case 0xdd: return this.array(this.view.getUint32(this.skip(4)));
      case 0xde: return this.object(this.view.getUint16(this.skip(2)));
      case 0xdf: return this.object(this.view.getUint32(this.skip(4)));
      default: throw new Error(`0x${head.toString(16)} is nothing that JSON has`);
    }
  }

  /** @param {number} length */
  string(length) {
    const at = this.skip(length);
    return words.decode(this.bytes.subarray(at, at + length));
  }

  /** @param {number} length @returns {any[]} */
  array(length) {
    return Array.from({ length }, () => this.value());
  }

  /** @param {number} length @returns {Record<string, any>} */
  object(length) {
    return Object.fromEntries(Array.from({ length }, () => [this.value(), this.value()]));
  }
}
