/**
 * The entry point: builds the page and shows the name form, the lobby or a table, and the state of
 * the connection. The URL fragment names the open table: `#table=ID`, with `&key=KEY` if it is
 * unlisted. If the server requires a token, it comes from the fragment too, or from a form.
 */

import { AccountPanel } from "./account/account-panel.js";
import { DeviceLink } from "./account/device-link.js";
import { Account } from "./account/account.js";
import { LobbyScreen } from "./lobby/lobby-screen.js";
import { sentence } from "./model/format.js";
import { TableNames } from "./model/table-names.js";
import { socketUrl, storageKey } from "./net/folder.js";
import { Connection } from "./client/protocol.js";
import { serverAnswers } from "./net/health.js";
import {
  forgetToken,
  keepToken,
  takeFromAddress,
  takeTokenFromAddress,
  token,
} from "./net/token.js";
import { TableScreen } from "./table/table-screen.js";
import { showCards } from "./ui/cards.js";
import { byId, setText } from "./ui/dom.js";
import { t } from "./ui/texts.js";
import { describeRejection, showToast, withEnd } from "./ui/toast.js";

/** @typedef {import("./client/protocol.js").ConnectionState} ConnectionState */

const IDENTITY = storageKey("identity");
const FOUR_COLOURS = storageKey("four-colours");
const LOGGED_OUT = 4403;
const BANNED = 4423;
const TOO_MANY_CONNECTIONS = 4430;

const NEW_ACCOUNT = "The server no longer knows your session. You have a new account.";
const REPLACES = "Play as the player of this link, and give up your account here as";
const OUTDATED = "A new version is available. Please reload the page.";
const TOKEN_EXPIRING = "Your token expires soon. Get a new link to continue.";

const identity = {
  load: () => JSON.parse(localStorage.getItem(IDENTITY) ?? "{}"),
  /** @param {import("./client/protocol.js").Identity} value */
  save: (value) => localStorage.setItem(IDENTITY, JSON.stringify(value)),
};

const connection = new Connection({ url: socketUrl(), identity, token, probe: serverAnswers });
const lobby = new LobbyScreen(connection, openTable);
const account = new Account(connection);
const table = new TableScreen(connection, account, leaveForLobby);
new AccountPanel(account, new TableNames(connection), () => table.seat());
new DeviceLink(connection);
let seenOnline = false;
/** So many attempts fail before the page says more than that it connects. */
const FEW_FAILURES = 3;
/** Why the player was banned, as the latest notice said. */
let banned = "";

function main() {
  connection.on("status", showStatus);
  connection.on("unreachable", showUnreachable);
  connection.on("name_needed", ({ message, untilMs }) => showNameForm(withEnd(message, untilMs)));
  connection.on("forgotten", () => showToast(NEW_ACCOUNT));
  connection.on("outdated", () => showToast(OUTDATED, true));
  connection.on("notice", (notice) => {
    // The connection renews an expiring token by itself if it can.
    if (notice.code === "token_expiring") return;
    const text = withEnd(notice.message, notice.until_ms);
    if (notice.code === "banned") banned = text;
    showToast(text, true);
  });
  connection.on("token_needed", (rejection) => showTokenForm(rejection));
  connection.on("token_expiring", () => showToast(TOKEN_EXPIRING, true));
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
  followNetwork();
  takeTokenFromAddress();
  takeCodeFromAddress();
  const { session, name, code } = identity.load();
  if (token() || session || name || code) begin();
  else showNameForm();
}

function begin() {
  connection.start();
  byId("name-view").hidden = true;
  showScreen();
}

/** Notice at once that the network has gone or is back, or that the page was asleep. */
function followNetwork() {
  addEventListener("offline", () => connection.networkLost());
  addEventListener("online", () => {
    // What is on its way over another network may take long to fail.
    if (connection.state === "reconnecting") connection.networkLost();
    connection.retryNow();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    connection.networkLost();
    connection.retryNow();
  });
  document.addEventListener("visibilitychange", () => document.hidden || connection.retryNow());
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

/** @param {import("./client/protocol.js").Rejected} rejection */
function showTokenForm(rejection) {
  forgetToken();
  showEntryForm("token-form");
  const reason = rejection.code === "token_missing" ? "" : rejection.message;
  setText(byId("token-error"), sentence(reason));
  byId("token").focus();
}

/**
 * Leave the lobby or table and show a form to sign in with.
 * @param {"name-form"|"token-form"} form
 */
function showEntryForm(form) {
  leaveTable();
  lobby.hide();
  seenOnline = false;
  byId("name-view").hidden = false;
  for (const id of ["name-form", "token-form"]) byId(id).hidden = id !== form;
}

/** @param {string} [reason] */
function showNameForm(reason = "") {
  showEntryForm("name-form");
  setText(byId("name-error"), sentence(reason));
  byId("name").value = identity.load().name ?? "";
  byId("name").focus();
}

/**
 * Take the code of a link from another device, to become that player.
 * @returns {boolean} whether there was one that is wanted
 */
function takeCodeFromAddress() {
  const code = takeFromAddress("code");
  if (!code) return false;
  const known = identity.load();
  // Otherwise a link of a stranger could make somebody lose an account.
  if (known.session && !confirm(`${REPLACES} ${known.name}?`)) return false;
  identity.save({ ...known, code });
  return true;
}

/** Take a token from the changed address, and show what it names. */
function followAddress() {
  if (takeCodeFromAddress()) {
    connection.stop();
    begin();
  }
  if (takeTokenFromAddress()) {
    if (connection.state === "offline") begin();
    else connection.renew();
  }
  showScreen();
}

/** @param {import("./client/protocol.js").Closed} closed */
function showClosed({ code, final }) {
  if (code === LOGGED_OUT) {
    forgetToken();
    identity.save({});
    showNameForm("You have logged out.");
  } else if (code === BANNED) {
    showNameForm(banned);
  } else if (code === TOO_MANY_CONNECTIONS) {
    showToast("Too many pages are open. Close one; this page will reconnect by itself.", true);
  } else if (final) {
    showToast("The server closed the connection. Reload the page to continue.", true);
  }
}

/** Show the screen that the address names. */
function showScreen() {
  if (connection.state === "offline") return;
  const address = new URLSearchParams(location.hash.slice(1));
  const id = address.get("table");
  if (id !== null && table.id === id) return;
  leaveTable();
  if (id) {
    lobby.hide();
    table.open(id, address.get("key"));
  } else {
    lobby.show();
  }
}

function leaveTable() {
  if (table.isSeated()) showToast("You still have your seat. Stand up to leave it.");
  table.close();
}

/**
 * @param {string} id
 * @param {string} [key] that of an unlisted table
 */
function openTable(id, key) {
  location.hash = new URLSearchParams({ table: id, ...(key && { key }) }).toString();
}

/** @param {string} reason */
function leaveForLobby(reason) {
  showToast(reason);
  location.hash = "";
}

/** @param {ConnectionState} state */
function showStatus(state) {
  const status = byId("status");
  status.dataset.state = state;
  const connecting = seenOnline ? "Reconnecting…" : "Connecting…";
  const waiting = navigator.onLine ? connecting : t("status.no_network");
  const words = { online: "Online", offline: "Not connected", reconnecting: waiting };
  setText(status.firstElementChild, words[state]);
  document.body.dataset.connection = state;
  if (state === "online" && seenOnline && !table.id) showToast("Reconnected");
  if (state === "online") seenOnline = true;
}

/** @param {import("./client/protocol.js").Unreachable} failure */
function showUnreachable({ failures, error }) {
  const words = byId("status").firstElementChild;
  if (!navigator.onLine) setText(words, t("status.no_network"));
  else if (error) setText(words, t("status.blocked"));
  else if (failures > FEW_FAILURES) setText(words, t("status.unreachable"));
  if (error) console.warn("the connection is not allowed", error);
}

function changeName() {
  connection.stop();
  showNameForm();
}

/** The server then closes this connection and those of the player's other pages. */
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
