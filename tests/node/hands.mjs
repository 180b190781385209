// Reads hands as npm's `hhp` does: an array of texts in JSON on standard input, and what it made of
// them on standard output.

import { text } from 'node:stream/consumers';

import hhp from 'hhp';

/** @type {string[]} */
const texts = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(texts.map((hand) => hhp.parseHand(hand))));
