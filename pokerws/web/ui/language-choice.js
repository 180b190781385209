/**
 * Lists of languages, each in its own words. The page is loaded again in the chosen one, since its
 * log and chat have lines in the old one.
 */

import { setSetting } from "../model/settings.js";
import { make } from "./dom.js";
import { language, LANGUAGES } from "../texts/texts.js";

/**
 * Fill a list, and follow the choice.
 * @param {HTMLSelectElement} list
 */
export function offerLanguages(list) {
  list.append(
    ...Object.entries(LANGUAGES).map(([code, text]) => make("option", { value: code, lang: code, text })),
  );
  list.value = language();
  list.addEventListener("change", () => {
    setSetting("language", list.value);
    location.reload();
  });
}
