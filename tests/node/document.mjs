/**
 * What the AsyncAPI document says about messages: which there are, what each has to look like, and
 * which ones answer a command. It knows nothing of poker.
 */

/** @typedef {Record<string, any>} Schema */
/** @typedef {{type: string} & Record<string, any>} Message */

/** What a schema may say beside what is checked. */
const SAYS_NOTHING = new Set(["title", "description", "default", "examples", "$id"]);

export class Document {
  /** @param {any} text the document, as JSON */
  constructor(text) {
    this.text = text;
    /** @type {Map<string, {messages: any[], replies: any[]}>} by the command's type */
    this.commands = new Map();
    /** @type {any[]} what comes from the server without being asked for */
    this.news = [];
    for (const operation of /** @type {any[]} */ (Object.values(text.operations))) {
      const messages = operation.messages.map((/** @type {any} */ one) => this.find(one));
      if (operation.action === "send") {
        this.news.push(...messages);
      } else {
        const replies = operation.reply.messages.map((/** @type {any} */ one) => this.find(one));
        for (const message of messages) this.commands.set(this.typeOf(message), { messages, replies });
      }
    }
  }

  /**
   * What a reference leads to, over others if need be.
   * @param {any} thing
   * @returns {any}
   */
  find(thing) {
    if (thing?.$ref === undefined) return thing;
    /** @type {string[]} */
    const path = thing.$ref.replace(/^#\//, "").split("/");
    const found = path.reduce((place, name) => place?.[name], this.text);
    if (found === undefined) throw new Error(`${thing.$ref} leads nowhere`);
    return this.find(found);
  }

  /** @param {any} message @returns {string} its type on the wire */
  typeOf(message) {
    return this.find(message.payload).properties.type.const;
  }

  /**
   * Check a command before it is sent.
   * @param {Message} command
   */
  checkCommand(command) {
    const known = this.commands.get(command.type);
    if (!known) throw new Error(`there is no command ${command.type}`);
    this.check(command, known.messages);
  }

  /**
   * Check the answer to a command.
   * @param {string} command its type
   * @param {Message} answer
   */
  checkAnswer(command, answer) {
    this.check(answer, this.commands.get(command)?.replies ?? []);
  }

  /**
   * Check what came without being asked for.
   * @param {Message} message
   */
  checkNews(message) {
    this.check(message, this.news);
  }

  /**
   * @param {Message} message
   * @param {any[]} allowed
   */
  check(message, allowed) {
    const found = allowed.find((one) => this.typeOf(one) === message.type);
    const types = allowed.map((one) => this.typeOf(one)).join(", ");
    if (!found) throw new Error(`${message.type} is none of ${types}`);
    const fault = this.fault(message, found.payload, message.type);
    if (fault) throw new Error(`${fault} in ${JSON.stringify(message)}`);
  }

  /**
   * What is wrong with a value by a schema; an empty text where nothing is.
   * @param {any} value
   * @param {Schema} reference
   * @param {string} where
   * @returns {string}
   */
  fault(value, reference, where) {
    const schema = this.find(reference);
    for (const [keyword, rule] of Object.entries(schema)) {
      if (SAYS_NOTHING.has(keyword)) continue;
      const check = KEYWORDS[keyword];
      if (!check) throw new Error(`${where}: nothing is known of ${keyword}`);
      const fault = check(this, value, rule, where, schema);
      if (fault) return fault;
    }
    return "";
  }
}

/**
 * @type {Record<string,
 *   (document: Document, value: any, rule: any, where: string, schema: Schema) => string>}
 */
const KEYWORDS = {
  type: (_, value, rule, where) =>
    [rule].flat().some((kind) => isOf(value, kind)) ? "" : `${where} is no ${rule}`,
  const: (_, value, rule, where) => (value === rule ? "" : `${where} is not ${rule}`),
  enum: (_, value, rule, where) => (rule.includes(value) ? "" : `${where} is none of ${rule}`),
  required: (_, value, rule, where) => {
    const missing = rule.find((/** @type {string} */ name) => !(name in value));
    return missing ? `${where}.${missing} is missing` : "";
  },
  properties: (document, value, rule, where) =>
    first(Object.entries(rule), ([name, schema]) =>
      name in value ? document.fault(value[name], schema, `${where}.${name}`) : "",
    ),
  additionalProperties: (document, value, rule, where, schema) => {
    const others = Object.keys(value).filter((name) => !(name in (schema.properties ?? {})));
    if (rule === false) return others.length ? `${where} has no ${others[0]}` : "";
    return first(others, (name) => document.fault(value[name], rule, `${where}.${name}`));
  },
  items: (document, value, rule, where) =>
    first(value, (item, index) => document.fault(item, rule, `${where}[${index}]`)),
  anyOf: (document, value, rule, where) => {
    /** @type {string[]} */
    const faults = rule.map((/** @type {Schema} */ one) => document.fault(value, one, where));
    return faults.includes("") ? "" : `${where} is none of these: ${faults.join("; ")}`;
  },
  minimum: (_, value, rule, where) => (value >= rule ? "" : `${where} is less than ${rule}`),
  maximum: (_, value, rule, where) => (value <= rule ? "" : `${where} is more than ${rule}`),
  exclusiveMaximum: (_, value, rule, where) => (value < rule ? "" : `${where} is not below ${rule}`),
  minLength: (_, value, rule, where) => ([...value].length >= rule ? "" : `${where} is too short`),
  maxLength: (_, value, rule, where) => ([...value].length <= rule ? "" : `${where} is too long`),
  maxItems: (_, value, rule, where) => (value.length <= rule ? "" : `${where} has too many`),
  pattern: (_, value, rule, where) => (new RegExp(rule, "u").test(value) ? "" : `${where}: ${rule}`),
};

/** @param {any} value @param {string} kind */
function isOf(value, kind) {
  if (kind === "null") return value === null;
  if (kind === "integer") return Number.isSafeInteger(value);
  if (kind === "array") return Array.isArray(value);
  if (kind === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === kind;
}

/**
 * The first fault among several.
 * @template T
 * @param {T[]} things
 * @param {(thing: T, index: number) => string} check
 */
function first(things, check) {
  for (const [index, thing] of things.entries()) {
    const fault = check(thing, index);
    if (fault) return fault;
  }
  return "";
}
