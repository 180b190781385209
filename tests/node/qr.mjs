/** Prints the modules of the QR code of each text of a JSON array on standard input. */

import { readFileSync } from "node:fs";
import { qrModules } from "../../pokerws/web/ui/qr.js";

/** @type {string[]} */
const texts = JSON.parse(readFileSync(0, "utf8"));
const codes = texts.map((text) => qrModules(text).map((row) => row.map(Number).join("")));
console.log(JSON.stringify(codes));
