/**
 * The page's start: builds everything, shows the name form, the lobby or a table, and the state of
 * the connection. The table that is shown is named by the address: `#table=ID`.
 */

import { Account } from "./account.js";
import { AccountPanel } from "./account-panel.js";
import { showCards } from "./cards.js";
import { byId, setText } from "./dom.js";
import { LobbyScreen } from "./lobby.js";
import { say } from "./message.js";
import { Connection } from "./protocol.js";
import { TableNames } from "./table-names.js";
import { TableScreen } from "./table.js";
import { sentence } from "./words.js";

/** @typedef {import("./protocol.js").ConnectionState} ConnectionState */

const IDENTITY = "pokerws.identity";
const FOUR_COLOURS = "pokerws.four-colours";

const identity = {
  load: () => JSON.parse(localStorage.getItem(IDENTITY) ?? "{}"),
  /** @param {import("./protocol.js").Identity} value */
  save: (value) => localStorage.setItem(IDENTITY, JSON.stringify(value)),
};

const scheme = location.protocol === "https:" ? "wss" : "ws";
const connection = new Connection({ url: `${scheme}://${location.host}/ws`, identity });
const lobby = new LobbyScreen(connection, openTable);
const account = new Account(connection);
const table = new TableScreen(connection, account, tableGone);
new AccountPanel(account, new TableNames(connection), () => table.seat());
let seenOnline = false;

function main() {
  connection.on("status", showStatus);
  connection.on("name_needed", (refusal) => showNameForm(refusal.message));
  connection.on("forgotten", () => say("The server did not know you any more. You are new here."));
  connection.on("outdated", () => say("A new version is out. Please reload the page.", true));
  connection.on("notice", (notice) => say(notice.message, true));
  connection.on("welcome", (welcome) => setText(byId("player-name"), welcome.name));
  byId("name-form").addEventListener("submit", enter);
  byId("to-lobby").addEventListener("click", () => {
    location.hash = "";
  });
  byId("change-name").addEventListener("click", changeName);
  wireFourColours();
  showCards(byId("fan"), ["As", "Kh", "Qc", "Jd"]);
  addEventListener("hashchange", showScreen);
  addEventListener("online", () => connection.retryNow());
  document.addEventListener("visibilitychange", () => document.hidden || connection.retryNow());
  const { session, name } = identity.load();
  if (session || name) begin();
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

/** @param {string} [why] */
function showNameForm(why = "") {
  leaveTable();
  lobby.hide();
  seenOnline = false;
  byId("name-view").hidden = false;
  setText(byId("name-error"), sentence(why));
  byId("name").value = identity.load().name ?? "";
  byId("name").focus();
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
  if (table.isSeated()) say("You keep your seat. Stand up to leave it.");
  table.close();
}

/** @param {string} id */
function openTable(id) {
  location.hash = new URLSearchParams({ table: id }).toString();
}

/** @param {string} why */
function tableGone(why) {
  say(why);
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
  if (state === "online" && seenOnline && !table.id) say("Connected again");
  if (state === "online") seenOnline = true;
}

function changeName() {
  connection.stop();
  showNameForm();
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
