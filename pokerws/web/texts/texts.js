/**
 * The texts of the page in the viewer's language, and how that language writes numbers, dates and
 * lists. Every text is in a catalogue of `texts/`, under the same key in each; nothing else of the
 * page has words of its own. Only the catalogue of the chosen language is loaded.
 */

/** @typedef {typeof import("./en.js").default} Catalogue */
/** @typedef {keyof Catalogue} TextKey */
/** @typedef {Record<string, string|number|undefined>} Values what replaces `{name}` in a text */
/** @typedef {string|Partial<Record<Intl.LDMLPluralRule, string>>} Text a text, or one a plural form */
/** @typedef {keyof typeof LANGUAGES} Language */

/** The languages in their own words. */
export const LANGUAGES = /** @type {const} */ ({
  en: "English",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  pt: "Português",
  zh: "中文",
});

/** @type {Record<Language, () => Promise<{default: Record<string, Text>}>>} */
const CATALOGUES = {
  en: () => import("./en.js"),
  de: () => import("./de.js"),
  es: () => import("./es.js"),
  fr: () => import("./fr.js"),
  pt: () => import("./pt.js"),
  zh: () => import("./zh.js"),
};

/** Where the browser names no region. @type {Record<Language, string>} */
const LOCALES = { en: "en-US", de: "de-DE", es: "es-ES", fr: "fr-FR", pt: "pt-BR", zh: "zh-CN" };

const PLACEHOLDER = /\{(\w+)\}/;

/** @type {Record<string, Text>} */
let texts = {};
let locale = LOCALES.en;
/** The formatters of the language, made when they are needed. @type {Map<string, any>} */
const formatters = new Map();

/**
 * Load the catalogue of the wanted language, or else of one that the browser prefers.
 * @param {string} wanted a language, or empty
 * @param {readonly string[]} preferred such as `navigator.languages`, best first
 */
export async function loadTexts(wanted, preferred) {
  const language = chooseLanguage(wanted, preferred);
  const { default: catalogue } = await CATALOGUES[language]();
  useTexts(catalogue, preferred.find((tag) => baseOf(tag) === language) ?? LOCALES[language]);
}

/**
 * @param {string} wanted
 * @param {readonly string[]} preferred
 * @returns {Language}
 */
export function chooseLanguage(wanted, preferred) {
  const known = [wanted, ...preferred.map(baseOf)].find((language) => language in LANGUAGES);
  return /** @type {Language} */ (known ?? "en");
}

/** @param {string} tag such as `de-AT` */
function baseOf(tag) {
  return tag.toLowerCase().split("-")[0];
}

/**
 * @param {Record<string, Text>} catalogue
 * @param {string} tag of the language and its region
 */
export function useTexts(catalogue, tag) {
  texts = catalogue;
  locale = tag;
  formatters.clear();
}

/** The language of the texts. @returns {Language} */
export function language() {
  return /** @type {Language} */ (baseOf(locale));
}

/**
 * The text of a key. Numbers are written as the language does; `count` selects the plural form.
 * @param {TextKey} key
 * @param {Values} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  const form = typeof text === "string" ? text : (text[pluralOf(values.count)] ?? text.other ?? key);
  return form.replace(new RegExp(PLACEHOLDER, "g"), (whole, name) => shown(values[name]) ?? whole);
}

/**
 * Whether there is a text for a key that is made of what the server sends.
 * @param {string} key
 * @returns {key is TextKey}
 */
export function hasText(key) {
  return Object.hasOwn(texts, key);
}

/**
 * The names of the values that a text needs.
 * @param {TextKey} key
 * @returns {string[]}
 */
export function placeholdersOf(key) {
  const text = texts[key];
  const forms = typeof text === "string" ? [text] : Object.values(text);
  return forms.flatMap((form) => [...form.matchAll(new RegExp(PLACEHOLDER, "g"))].map(([, name]) => name));
}

/** @param {string|number|undefined} value */
function shown(value) {
  return typeof value === "number" ? number(value) : value;
}

/** @param {string|number|undefined} count */
function pluralOf(count) {
  return formatter("plural", (tag) => new Intl.PluralRules(tag)).select(Number(count));
}

/** @param {number} value */
export function number(value) {
  return formatter("number", (tag) => new Intl.NumberFormat(tag)).format(value);
}

/**
 * Names as an enumeration: "Ann, Bob and Cay".
 * @param {string[]} names
 */
export function listed(names) {
  return formatter("list", (tag) => new Intl.ListFormat(tag)).format(names);
}

/**
 * Parts of a description, one after the other: "100 / 200, ante 20".
 * @param {string[]} parts
 */
export function joined(parts) {
  return parts.join(t("list.comma"));
}

/**
 * One of `Intl`'s formatters for the language, which is kept.
 * @template T
 * @param {string} name
 * @param {(locale: string) => T} make
 * @returns {T}
 */
export function formatter(name, make) {
  if (!formatters.has(name)) formatters.set(name, make(locale));
  return formatters.get(name);
}

/** The attributes of the page that name texts, and those that get them. */
const ATTRIBUTES = /** @type {const} */ ({
  label: "aria-label",
  title: "title",
  placeholder: "placeholder",
});

/**
 * Fill in the texts of static elements: `data-text`, `data-label`, `data-title`, `data-placeholder`.
 * A child with `data-slot` takes the place of the placeholder of this name.
 * @param {Document|Element} root
 */
export function translatePage(root) {
  for (const element of root.querySelectorAll("[data-text]")) fill(/** @type {HTMLElement} */ (element));
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const element of root.querySelectorAll(`[data-${name}]`)) {
      const key = /** @type {TextKey} */ (/** @type {HTMLElement} */ (element).dataset[name]);
      element.setAttribute(attribute, t(key));
    }
  }
}

/** @param {HTMLElement} element */
function fill(element) {
  const text = t(/** @type {TextKey} */ (element.dataset.text));
  const slots = new Map(
    [...element.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.slot, child]),
  );
  // With a group, `split` keeps the names between the parts.
  const parts = text.split(PLACEHOLDER).map((part, index) => (index % 2 ? slots.get(part) : part));
  element.replaceChildren(...parts.map((part) => part ?? ""));
}
