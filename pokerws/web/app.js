/**
 * The page's start: builds everything, shows the name form, the lobby or a table, and the state of
 * the connection. The table that is shown is named by the address: `#table=ID`. Where the server
 * wants a token, the address brings that too, or a form asks for it.
 */

import { AccountPanel } from "./account/account-panel.js";
import { Account } from "./account/account.js";
import { LobbyScreen } from "./lobby/lobby-screen.js";
import { sentence } from "./model/format.js";
import { TableNames } from "./model/table-names.js";
import { Connection } from "./net/protocol.js";
import { forgetToken, keepToken, takeTokenFromAddress, token } from "./net/token.js";
import { TableScreen } from "./table/table-screen.js";
import { showCards } from "./ui/cards.js";
import { byId, setText } from "./ui/dom.js";
import { describeRejection, showToast } from "./ui/toast.js";

/** @typedef {import("./net/protocol.js").ConnectionState} ConnectionState */

const IDENTITY = "pokerws.identity";
const FOUR_COLOURS = "pokerws.four-colours";
const LOGGED_OUT = 4403;
const TOO_MANY_CONNECTIONS = 4430;

const identity = {
  load: () => JSON.parse(localStorage.getItem(IDENTITY) ?? "{}"),
  /** @param {import("./net/protocol.js").Identity} value */
  save: (value) => localStorage.setItem(IDENTITY, JSON.stringify(value)),
};

const scheme = location.protocol === "https:" ? "wss" : "ws";
const connection = new Connection({ url: `${scheme}://${location.host}/ws`, identity, token });
const lobby = new LobbyScreen(connection, openTable);
const account = new Account(connection);
const table = new TableScreen(connection, account, tableGone);
new AccountPanel(account, new TableNames(connection), () => table.seat());
let seenOnline = false;

function main() {
  connection.on("status", showStatus);
  connection.on("name_needed", (refusal) => showNameForm(refusal.message));
  connection.on("forgotten", () => showToast("The server did not know you any more. You are new here."));
  connection.on("outdated", () => showToast("A new version is out. Please reload the page.", true));
  connection.on("notice", (notice) => {
    // A token that is about to expire is renewed without a word where it can be.
    if (notice.code !== "token_expiring") showToast(notice.message, true);
  });
  connection.on("token_needed", (refusal) => showTokenForm(refusal));
  const ending = "Your token ends soon. Get a newer link to go on.";
  connection.on("token_expiring", () => showToast(ending, true));
  connection.on("closed", showClosed);
  connection.on("welcome", (welcome) => setText(byId("player-name"), welcome.name));
  byId("name-form").addEventListener("submit", enter);
  byId("token-form").addEventListener("submit", enterToken);
  byId("to-lobby").addEventListener("click", () => {
    location.hash = "";
  });
  byId("change-name").addEventListener("click", changeName);
  byId("log-out").addEventListener("click", logOut);
  wireFourColours();
  showCards(byId("fan"), ["As", "Kh", "Qc", "Jd"]);
  addEventListener("hashchange", followAddress);
  addEventListener("online", () => connection.retryNow());
  document.addEventListener("visibilitychange", () => document.hidden || connection.retryNow());
  takeTokenFromAddress();
  const { session, name } = identity.load();
  if (token() || session || name) begin();
  else showNameForm();
}

function begin() {
  connection.start();
  byId("name-view").hidden = true;
  showScreen();
}

/** @param {SubmitEvent} event */
function enter(event) {
  event.preventDefault();
  const name = byId("name").value.trim();
  if (!name) return;
  setText(byId("name-error"), "");
  const { session } = identity.load();
  identity.save({ session, name, renamed: session !== undefined });
  begin();
}

/** @param {SubmitEvent} event */
function enterToken(event) {
  event.preventDefault();
  const pasted = byId("token").value.trim();
  if (!pasted) return;
  byId("token").value = "";
  keepToken(pasted);
  begin();
}

/** @param {import("./net/protocol.js").Rejected} refusal */
function showTokenForm(refusal) {
  forgetToken();
  showEntryForm("token-form");
  setText(byId("token-error"), refusal.code === "token_missing" ? "" : sentence(refusal.message));
  byId("token").focus();
}

/**
 * Leave everything, and ask who is there.
 * @param {"name-form"|"token-form"} form
 */
function showEntryForm(form) {
  leaveTable();
  lobby.hide();
  seenOnline = false;
  byId("name-view").hidden = false;
  for (const id of ["name-form", "token-form"]) byId(id).hidden = id !== form;
}

/** @param {string} [why] */
function showNameForm(why = "") {
  showEntryForm("name-form");
  setText(byId("name-error"), sentence(why));
  byId("name").value = identity.load().name ?? "";
  byId("name").focus();
}

/** The address has changed: it may bring a newer token, and it names what to show. */
function followAddress() {
  if (takeTokenFromAddress()) {
    if (connection.state === "offline") begin();
    else connection.renew();
  }
  showScreen();
}

/** @param {import("./net/protocol.js").Closed} closed */
function showClosed({ code, final }) {
  if (code === LOGGED_OUT) {
    forgetToken();
    identity.save({});
    showNameForm("You have logged out.");
  } else if (code === TOO_MANY_CONNECTIONS) {
    showToast("You have too many pages open here. Close one: this one tries again by itself.", true);
  } else if (final) {
    showToast("The server has cut this page off. Reload it to go on.", true);
  }
}

/** Show what the address names. */
function showScreen() {
  if (connection.state === "offline") return;
  const id = new URLSearchParams(location.hash.slice(1)).get("table");
  if (id !== null && table.id === id) return;
  leaveTable();
  if (id) {
    lobby.hide();
    table.open(id);
  } else {
    lobby.show();
  }
}

function leaveTable() {
  if (table.isSeated()) showToast("You keep your seat. Stand up to leave it.");
  table.close();
}

/** @param {string} id */
function openTable(id) {
  location.hash = new URLSearchParams({ table: id }).toString();
}

/** @param {string} why */
function tableGone(why) {
  showToast(why);
  location.hash = "";
}

/** @param {ConnectionState} state */
function showStatus(state) {
  const status = byId("status");
  status.dataset.state = state;
  const connecting = seenOnline ? "Reconnecting…" : "Connecting…";
  const words = { online: "Online", offline: "Not connected", reconnecting: connecting };
  setText(status.firstElementChild, words[state]);
  document.body.dataset.connection = state;
  if (state === "online" && seenOnline && !table.id) showToast("Connected again");
  if (state === "online") seenOnline = true;
}

function changeName() {
  connection.stop();
  showNameForm();
}

/** The server closes this page's connection when it is done, and those of the others. */
async function logOut() {
  byId("account-dialog").close();
  try {
    await connection.request({ type: "logout" });
  } catch (error) {
    showToast(describeRejection(/** @type {any} */ (error)));
  }
}

function wireFourColours() {
  const box = byId("four-colours");
  box.checked = localStorage.getItem(FOUR_COLOURS) === "yes";
  const show = () => document.body.classList.toggle("four-colours", box.checked);
  box.addEventListener("change", () => {
    localStorage.setItem(FOUR_COLOURS, box.checked ? "yes" : "no");
    show();
  });
  show();
}

main();
