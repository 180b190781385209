/**
 * The entry point: builds the page and shows the name form, the lobby or a table, and the state of
 * the connection. The URL fragment names the open table: `#table=ID`, with `&key=KEY` if it is
 * unlisted; or a finished hand: `#hand=NUMBER&table=ID`, with a key likewise. If the server requires a token, it comes from the fragment too, or from a form.
 */

import { AccountPanel } from "./account/account-panel.js";
import { DeviceLink } from "./account/device-link.js";
import { Account } from "./account/account.js";
import { LobbyScreen } from "./lobby/lobby-screen.js";
import { SeatWaits } from "./lobby/seat-waits.js";
import { OwnSeats } from "./model/own-seats.js";
import { describeNotice, describeRejection } from "./model/refusals.js";
import { followOtherTabs, setting } from "./model/settings.js";
import { TableNames } from "./model/table-names.js";
import { socketUrl, storageKey } from "./net/folder.js";
import { storage } from "./net/storage.js";
import { prepareOffline } from "./net/installed.js";
import { Connection } from "./client/protocol.js";
import { serverAnswers } from "./net/health.js";
import {
  forgetToken,
  keepToken,
  takeFromAddress,
  takeTokenFromAddress,
  token,
} from "./net/token.js";
import { showCards } from "./ui/cards.js";
import { followLook } from "./settings/look.js";
import { byId, setText } from "./ui/dom.js";
import { focusView, followFocus } from "./ui/focus.js";
import { hotkey, showHotkeys } from "./ui/hotkeys.js";
import { offerLanguages } from "./ui/language-choice.js";
import { language, loadTexts, t, translatePage } from "./texts/texts.js";
import { loadLater, styled } from "./ui/later.js";
import { showRejection, showToast } from "./ui/toast.js";

/** @typedef {import("./client/protocol.js").ConnectionState} ConnectionState */
/** @typedef {import("./table/table-screen.js").TableScreen} TableScreen */
/** @typedef {import("./hands/hands.js").Hands} Hands */

const IDENTITY = storageKey("identity");
const LOGGED_OUT = 4403;
const BANNED = 4423;
const TOO_MANY_CONNECTIONS = 4430;
/** How long the lobby has the line for itself. */
const LATER_MS = 1000;

const identity = {
  load: () => storage.readObject(IDENTITY),
  /** @param {import("./client/protocol.js").Identity} value */
  save: (value) => storage.writeObject(IDENTITY, value),
};

followLook();
await loadTexts(setting("language"), navigator.languages);
document.documentElement.lang = language();
translatePage(document);

const connection = new Connection({ url: socketUrl(), identity, token, probe: serverAnswers });
const account = new Account(connection);
const names = new TableNames(connection);
const waits = new SeatWaits(connection, (id) => names.of(id), takeSeat);
const ownSeats = new OwnSeats(connection, account);
const lobby = new LobbyScreen(connection, ownSeats, waits, openTable);
/** @type {import("./my-tables/my-tables.js").MyTables|null} */
let mine = null;
/** @type {TableScreen|null} made when the first table is opened */
let table = null;
/** @type {Hands|null} made with it */
let hands = null;
/** @type {{id: string, seat: number}|null} the seat that the player is about to take */
let reserved = null;
/** @type {string|null} the table that the address names, also while its modules are loaded */
let wanted = null;
new AccountPanel(account, names, () => table?.seat() ?? null);
new DeviceLink(connection);
let seenOnline = false;
/** So many attempts fail before the page says more than that it connects. */
const FEW_FAILURES = 3;
/** Why the player was banned, as the latest notice said. */
let banned = "";

function main() {
  connection.on("status", showStatus);
  connection.on("unreachable", showUnreachable);
  connection.on("name_needed", (rejection) => showNameForm(describeRejection(rejection)));
  connection.on("forgotten", () => showToast(t("start.new_account")));
  connection.on("outdated", () => showToast(t("page.new_version"), true));
  connection.on("notice", (notice) => {
    // The connection renews an expiring token by itself if it can.
    if (notice.code === "token_expiring") return;
    const text = describeNotice(notice);
    if (notice.code === "banned") banned = text;
    // The server sends nothing more of an unlisted table.
    if (notice.code === "banned_from_table" && notice.table === wanted) location.hash = "";
    showToast(text, true);
  });
  connection.on("token_needed", (rejection) => showTokenForm(rejection));
  connection.on("token_expiring", () => showToast(t("token.expiring"), true));
  connection.on("closed", showClosed);
  connection.on("welcome", (welcome) => setText(byId("player-name"), welcome.name));
  byId("name-form").addEventListener("submit", enter);
  byId("token-form").addEventListener("submit", enterToken);
  byId("to-lobby").addEventListener("click", () => {
    location.hash = "";
  });
  byId("my-hands").addEventListener("click", async () => (await loadTable()).openList());
  byId("change-name").addEventListener("click", changeName);
  byId("log-out").addEventListener("click", logOut);
  wireSettings();
  for (const id of ["start-language", "account-language"]) offerLanguages(byId(id));
  followOtherTabs();
  followFocus();
  showHotkeys();
  showCards(byId("fan"), ["As", "Kh", "Qc", "Jd"]);
  addEventListener("hashchange", followAddress);
  followNetwork();
  takeTokenFromAddress();
  takeCodeFromAddress();
  const { session, name, code } = identity.load();
  if (token() || session || name || code) begin();
  else showNameForm();
  prepareOffline({
    lang: language(),
    title: t("offline.title"),
    text: t("offline.text"),
    seat: t("offline.seat"),
    retrying: t("offline.retrying"),
    retry: t("offline.retry"),
  });
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
  const reason = rejection.code === "token_missing" ? "" : describeRejection(rejection);
  setText(byId("token-error"), reason);
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
  setText(byId("name-error"), reason);
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
  if (known.session && !confirm(t("start.replaces", { name: known.name }))) return false;
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
    showNameForm(t("start.logged_out"));
  } else if (code === BANNED) {
    showNameForm(banned);
  } else if (code === TOO_MANY_CONNECTIONS) {
    showToast(t("page.too_many"), true);
  } else if (final) {
    showToast(t("page.closed"), true);
  }
}

/** Show the screen that the address names. */
function showScreen() {
  if (connection.state === "offline") return;
  const address = new URLSearchParams(location.hash.slice(1));
  const id = address.get("table");
  const hand = Number(address.get("hand"));
  hands?.close();
  if (id !== null && wanted === id && !hand) return;
  leaveTable();
  if (id && !hand) {
    lobby.hide();
    showTable(id, address.get("key"));
  } else {
    lobby.show();
    focusView();
    mine?.refresh();
    setTimeout(() => {
      loadLater();
      followTables();
    }, LATER_MS);
  }
  if (id && hand) showHand({ table: id, hand, key: address.get("key") });
}

/**
 * Show a finished hand over the lobby.
 * @param {import("./hands/replayer.js").HandRef} ref
 */
async function showHand(ref) {
  const address = location.hash;
  const opened = await loadTable();
  if (location.hash !== address) return;
  opened.openHand(ref, () => {
    location.hash = "";
  });
}

/** Load the modules of a table, and of what there is after its hands. */
async function loadTable() {
  try {
    const [screen, after] = await Promise.all([
      import("./table/table-screen.js"),
      import("./hands/hands.js"),
      styled(),
    ]);
    table ??= new screen.TableScreen(connection, account, leaveForLobby);
    return (hands ??= new after.Hands(connection, table, names, openTable));
  } catch (error) {
    leaveForLobby(t("table.not_loaded"));
    throw error;
  }
}

/**
 * @param {string} id
 * @param {string|null} key that of an unlisted table
 */
async function showTable(id, key) {
  wanted = id;
  if (!table) {
    await loadTable();
    await followTables();
  }
  if (!table) return;
  takeReserved(table);
  // Meanwhile the player may have gone elsewhere.
  if (wanted !== id || table.id === id) return;
  // The screen watches it from now on, and what it has shown before is watched beside it.
  mine?.drop(id);
  table.open(id, key);
  mine?.refresh();
  focusView();
}

function leaveTable() {
  if (table?.isSeated()) showToast(t("table.seat_kept"));
  wanted = null;
  table?.close();
}

/**
 * @param {string} id
 * @param {string} [key] that of an unlisted table
 */
function openTable(id, key) {
  location.hash = new URLSearchParams({ table: id, ...(key && { key }) }).toString();
}

/**
 * Open a table to take the seat that is reserved there.
 * @param {string} id
 * @param {number} seat
 */
function takeSeat(id, seat) {
  reserved = { id, seat };
  if (wanted !== id) openTable(id);
  else if (table) takeReserved(table);
}

/** @param {TableScreen} screen */
function takeReserved(screen) {
  if (reserved) screen.takeSeat(reserved.id, reserved.seat);
  reserved = null;
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
  const connecting = !seenOnline && state === "reconnecting";
  const words = t(connecting ? "status.connecting" : `status.${state}`);
  const cut = state === "reconnecting" && !navigator.onLine;
  setText(status.firstElementChild, cut ? t("status.no_network") : words);
  document.body.dataset.connection = state;
  if (state === "online" && seenOnline && !wanted) showToast(t("status.reconnected"));
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
    showRejection(/** @type {any} */ (error));
  }
}

/** The settings are opened by their button, and their list of keys by `?`. */
function wireSettings() {
  /** @param {boolean} atKeys */
  const open = async (atKeys) => {
    const [{ openSettings }] = await Promise.all([import("./settings/settings-dialog.js"), styled()]);
    openSettings(atKeys);
  };
  byId("open-settings").addEventListener("click", () => open(false));
  document.addEventListener("keydown", (event) => {
    if (hotkey(event) === "?") open(true);
  });
}

/** Follow the tables with a seat of the player: they are not needed for the first picture. */
async function followTables() {
  const { MyTables } = await import("./my-tables/my-tables.js");
  mine ??= new MyTables({
    connection,
    seats: ownSeats,
    open: () => ({
      id: wanted,
      key: table?.menu.key ?? null,
      table: table?.table ?? null,
      seat: table?.ownSeat() ?? null,
    }),
    show: openTable,
  });
  if (table) table.follower = mine;
}

main();
