/** Prints the options of the form of a table's config, and the presets that it begins with. */

import { OPTIONS } from "../../pokerws/web/config/options.js";
import { PRESETS } from "../../pokerws/web/config/presets.js";

console.log(JSON.stringify({ options: OPTIONS, presets: PRESETS }));
