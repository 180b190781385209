/**
 * The admin page: lists of a running server, and actions with a reason.
 *
 * It sends the admin commands over a WebSocket. Whatever comes from players is shown as text only.
 */

const TOKEN = "pokerws.admin.token";
/** Columns of the log that are for the command line. */
const HIDDEN = new Set(["arguments", "role", "via", "node", "evidence"]);
/**
 * @typedef {{ name: string, label: string, required?: boolean, number?: boolean, from?: string }} Field
 * @typedef {{ name: string, of?: string, as?: string, many?: boolean, ask: Field[], to?: string, when?: string, unless?: string, kind?: string }} Action
 * @typedef {{ command: string, rows: string, actions: Action[], above?: Action[] }} View
 * @typedef {Record<string, any>} Row  a row of an answer, whose columns depend on the command
 */

const REASON = { name: "reason", label: "Reason", required: true };
const MINUTES = { name: "minutes", label: "For how many minutes", number: true };

/** The views: the command, where its rows are, and what can be done with a row.
 * @type {Record<string, View>}
 */
const VIEWS = {
  Tables: {
    command: "tables",
    rows: "tables",
    actions: [
      { name: "freeze", of: "table", ask: [MINUTES, REASON], unless: "frozen" },
      { name: "resume", of: "table", ask: [], when: "frozen" },
      { name: "announce", of: "table", ask: [{ name: "text", label: "Text", required: true }] },
      { name: "close-table", of: "table", ask: [REASON] },
    ],
    above: [
      { name: "announce", to: "all", ask: [{ name: "text", label: "Text for all players", required: true }] },
      { name: "drain", to: "this server", ask: [REASON] },
    ],
  },
  Players: {
    command: "players",
    rows: "players",
    actions: [
      { name: "kick", of: "player", ask: [{ name: "table", label: "Table", required: true, from: "tables" }, MINUTES, REASON] },
      { name: "audit", of: "player", as: "players", many: true, ask: [] },
      { name: "mute", of: "player", ask: [MINUTES, REASON] },
      { name: "ban", of: "player", as: "target", ask: [MINUTES, REASON] },
      { name: "end-session", of: "player", ask: [REASON] },
      { name: "adjust", of: "player", ask: [{ name: "chips", label: "Chips, negative to take them", number: true, required: true }, REASON] },
    ],
  },
  Sanctions: {
    command: "sanctions",
    rows: "sanctions",
    actions: [
      { name: "unmute", of: "player", ask: [], kind: "mute" },
      { name: "unban", of: "player", as: "target", ask: [], kind: "ban" },
      { name: "unban", of: "address", as: "target", ask: [], kind: "address_ban" },
    ],
  },
  Log: { command: "log", rows: "actions", actions: [] },
};

const $ = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ ($(id));
const textOf = (/** @type {unknown} */ error) => (error instanceof Error ? error.message : String(error));
/** @type {WebSocket|null} */
let socket = null;
let view = "Tables";
/** @type {Set<string>} */
let allowed = new Set();
/** Answers that are waited for, by id. */
/** @type {Map<string, { resolve: (answer: any) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
let last = 0;

/** @param {string} text */
function say(text, bad = false) {
  $("said").textContent = text;
  $("said").classList.toggle("bad", bad);
}

/**
 * Send a command; the answer's `result`, or an error with the refusal's text.
 * @param {string} command
 * @param {Row} fields
 * @returns {Promise<any>}
 */
function ask(command, fields = {}) {
  const id = String(++last);
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    socket?.send(JSON.stringify({ command, id, ...fields }));
  });
}

/** @param {string} token */
function signIn(token) {
  say("Connecting…");
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/`);
  socket.onopen = async () => {
    try {
      const welcome = await ask("hello", { token });
      sessionStorage.setItem(TOKEN, token);
      allowed = new Set(welcome.commands);
      $("who").textContent = `${welcome.who} (${welcome.role}) at ${welcome.node}`;
      $("sign-in").hidden = true;
      $("tabs").hidden = $("view").hidden = false;
      makeTabs();
      await show();
    } catch (error) {
      sessionStorage.removeItem(TOKEN);
      say(textOf(error), true);
    }
  };
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(data);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.type === "rejected") asked?.reject(new Error(answer.message));
    else asked?.resolve(answer.type === "welcome" ? answer : answer.result);
  };
  socket.onclose = () => {
    for (const { reject } of waiting.values()) reject(new Error("The server gave no answer."));
    waiting.clear();
    $("sign-in").hidden = false;
    $("tabs").hidden = $("view").hidden = true;
    if (!$("said").classList.contains("bad")) say("The connection is closed. Sign in again.", true);
  };
}

function makeTabs() {
  const shown = Object.keys(VIEWS).filter((name) => allowed.has(VIEWS[name].command));
  $("tabs").replaceChildren(
    ...shown.map((name) => {
      const tab = button(name, () => {
        view = name;
        input("find").value = "";
        makeTabs();
        return show();
      });
      if (name === view) tab.setAttribute("aria-current", "page");
      return tab;
    }),
  );
}

async function show() {
  const { command, rows, actions, above = [] } = VIEWS[view];
  const find = input("find").value;
  const fields = find ? { [command === "log" ? "about" : "find"]: find } : {};
  $("search").hidden = command === "sanctions";
  try {
    const result = await ask(command, fields);
    say("");
    const usual = actions.filter((one) => allowed.has(one.name));
    const extra = above.filter((one) => allowed.has(one.name));
    $("rows").replaceChildren(
      ...extra.map((one) => button(`${one.name}: ${one.to}`, () => act(one, {}))),
      tableOf(result[rows], usual),
    );
  } catch (error) {
    say(textOf(error), true);
  }
}

/**
 * @param {Row[]} rows
 * @param {Action[]} actions
 */
function tableOf(rows, actions) {
  if (rows.length === 0) return element("p", "There is nothing to show.");
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !HIDDEN.has(name));
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of columns) head.append(element("th", name.replace(/_ms$/, "").replaceAll("_", " ")));
  if (actions.length) head.append(element("th", "actions"));
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const name of columns) line.insertCell().textContent = shown(name, row[name]);
    if (!actions.length) continue;
    const cell = line.insertCell();
    cell.className = "actions";
    for (const one of actions) if (fits(one, row)) cell.append(button(one.name, () => act(one, row)));
  }
  return table;
}

/**
 * @param {Action} action
 * @param {Row} row
 */
function fits(action, row) {
  if (action.kind && row.kind !== action.kind) return false;
  if (action.when && !row[action.when]) return false;
  return !(action.unless && row[action.unless]);
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function shown(name, value) {
  if (value === undefined || value === null) return "";
  if (name.endsWith("_ms") && typeof value === "number") return new Date(value).toLocaleString();
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * Ask for what an action needs, carry it out and say what became of it.
 * @param {Action} action
 * @param {Row} row
 */
async function act(action, row) {
  const target = action.of ? row[action.of] : action.to;
  const given = await fieldsOf(`${action.name}: ${target}`, action.ask, row);
  if (given === null) return;
  /** @type {Row} */
  const fields = { ...given };
  if (action.of) fields[action.as ?? action.of] = action.many ? [target] : target;
  if (action.name === "adjust") fields.request = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  try {
    const { text, report } = await ask(action.name, fields);
    if (report) $("rows").replaceChildren(tableOf(report.findings, []));
    else await show();
    say(text);
  } catch (error) {
    say(textOf(error), true);
  }
}

/**
 * @param {string} title
 * @param {Field[]} fields
 * @param {Row} row
 * @returns {Promise<Row|null>}
 */
function fieldsOf(title, fields, row) {
  $("asked").textContent = title;
  const inputs = fields.map((field) => {
    const made = document.createElement("input");
    made.name = field.name;
    made.required = Boolean(field.required);
    if (field.number) made.type = "number";
    if (field.from) made.value = row[field.from]?.[0] ?? "";
    return made;
  });
  $("fields").replaceChildren(
    ...fields.map((field, index) => {
      const label = element("label", field.label);
      label.append(inputs[index]);
      return label;
    }),
  );
  const dialog = /** @type {HTMLDialogElement} */ ($("ask"));
  dialog.returnValue = "cancel";
  dialog.showModal();
  (inputs[0] ?? $("do")).focus();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      if (dialog.returnValue !== "do") return resolve(null);
      const filled = inputs.filter((one) => one.value !== "");
      resolve(Object.fromEntries(filled.map((one) => [one.name, one.type === "number" ? Number(one.value) : one.value])));
    };
  });
}

/**
 * @param {string} text
 * @param {() => void} click
 */
function button(text, click) {
  const made = element("button", text);
  made.type = "button";
  made.onclick = click;
  return made;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} text
 */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

$("sign-in").onsubmit = (event) => {
  event.preventDefault();
  signIn(input("token").value.trim());
  input("token").value = "";
};
$("search").onsubmit = (event) => {
  event.preventDefault();
  show();
};
const kept = sessionStorage.getItem(TOKEN);
if (kept) signIn(kept);
