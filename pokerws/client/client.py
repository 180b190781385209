"""The client: typed commands, and views of tables and the lobby."""

import ssl
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import structlog
from msgspec.structs import replace

from pokerws.client.commands.bots import TableBots
from pokerws.client.commands.company import Company
from pokerws.client.commands.extras import ExtraCommands
from pokerws.client.commands.hosting import Host, HostMessage
from pokerws.client.commands.own import OwnCommands
from pokerws.client.commands.seats import SeatCommands
from pokerws.client.credentials import Credentials, TokenProvider
from pokerws.client.errors import NotUnderstood
from pokerws.client.link import Link, LinkOptions, Unknown, WireName
from pokerws.client.listed_tables import ListedTables
from pokerws.client.reconnect import Backoff
from pokerws.client.table_view import OnEvent, TableView
from pokerws.client.watches import Watches
from pokerws.game.cards import Card
from pokerws.game.commands import Action
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    HANDS_SIZE,
    STATS_HANDS,
    Accepted,
    Account,
    Act,
    Ban,
    Bans,
    Chat,
    ChatHistory,
    ChatSaid,
    ChooseGame,
    CreateTable,
    EndSession,
    Events,
    GetAccount,
    GetHand,
    GetStats,
    HandEvents,
    Hands,
    Heartbeat,
    Kick,
    Ledger,
    ListBans,
    ListHands,
    ListPlayers,
    Lobby,
    Logout,
    Mute,
    Notes,
    Notice,
    Ping,
    PlayerDisconnected,
    PlayerReconnected,
    Players,
    Pong,
    PreActionHeld,
    PresenceState,
    ReactionShown,
    Refill,
    Rejected,
    RunIt,
    ServerMessage,
    Show,
    Snapshot,
    Stats,
    Straddle,
    TableFilter,
    TableLink,
    Tables,
    TableSummary,
    TableWaiting,
    Unban,
    Unmute,
    Unwatch,
    UseTimeBank,
    Waiting,
    Watchers,
    Welcome,
)
from pokerws.messages import Link as DeviceLink
from pokerws.messages.capabilities import HANDS, STATS

# Notices after which a table must be watched again.
RESTORED_NOTICES = frozenset({"table_failed"})

# What operators do to players and addresses.
Moderation = Kick | Mute | Unmute | Ban | Unban | EndSession
# Called with chat, notices, places on waiting lists, and lobby changes.
News = ChatSaid | ChatHistory | ReactionShown | Notice | Lobby | Waiting
OnMessage = Callable[[News], None]

log = structlog.get_logger("pokerws.client")


class Client(SeatCommands, OwnCommands, Host):
    """A player's connection to a server; made by `connect`, used by `async with`.

    It reconnects by itself.  A command in flight is then sent again with its id, and every view
    continues with the events that it has missed.

    A command returns when it was accepted and, for a watched table, when the view shows its effect.
    Every command may raise CommandRejected, or ConnectionEnded if the connection is lost for good.
    Commands for a watched table may also raise TableLost.  Commands have no time limits of their
    own: use `asyncio.timeout`.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials,
        options: LinkOptions,
        backoff: Backoff,
        on_message: OnMessage | None,
    ) -> None:
        self._on_message = on_message
        link = Link(
            url,
            credentials=credentials,
            options=options,
            backoff=backoff,
            connected=self._connected,
            receive=self._receive,
            ended=self._ended,
        )
        super().__init__(link, Watches(link, backoff))
        self._listed = ListedTables(link)
        self.lobby = self._listed.tables
        self.bots = TableBots(self._link, self._ask_table)
        self.extras = ExtraCommands(self._link.new_id, self._ask_table)
        self.company = Company(self._link)

    async def __aenter__(self) -> Self:
        await self._link.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection.  Pending calls raise ConnectionEnded(1000)."""
        await self._link.close()

    @property
    def welcome(self) -> Welcome:
        """The latest welcome: the server's flags, limits and clock.

        Raises RuntimeError outside `async with`.
        """
        if self._link.welcome is None:
            raise RuntimeError("not connected: use the client inside `async with`")
        return self._link.welcome

    @property
    def player(self) -> PlayerId:
        """The id of this client's player."""
        return self.welcome.player

    @property
    def views(self) -> dict[TableId, TableView]:
        """The views of the watched tables."""
        return self._watches.views

    @property
    def keys(self) -> dict[TableId, str]:
        """The keys of unlisted tables, which `watch` and `sit` send; add those of links."""
        return self._watches.keys

    @property
    def session(self) -> str | None:
        """A guest's session: the `token` for a later `connect`."""
        return self.welcome.session

    # ---- commands

    async def ping(self) -> int:
        """The server's clock, in milliseconds UTC."""
        answer = await self._link.ask(Ping(self._link.new_id()), Pong)
        return answer.now_ms

    async def list_tables(self, wanted: TableFilter | None = None) -> list[TableSummary]:
        """All tables that meet a filter, oldest first.  They are read page by page."""
        return await self._listed.all(wanted)

    async def watch_lobby(
        self, wanted: TableFilter | None = None, limit: int | None = None
    ) -> None:
        """Keep `lobby` up to date from now on, across reconnects.

        With a filter or a limit it has the oldest tables that meet the filter, at most `limit`, by
        default 100; otherwise all tables.  Called again, it replaces the filter.
        """
        await self._listed.watch(wanted, limit)

    async def unwatch_lobby(self) -> None:
        """Clear `lobby`, and keep it up to date no more."""
        await self._listed.unwatch()

    async def create_table(self, name: str, config: TableConfig) -> TableId:
        """Open a table; returns its id.

        If the connection breaks before the answer, the table may be created twice.
        """
        accepted = await self._link.ask(CreateTable(self._link.new_id(), name, config), Accepted)
        if accepted.table is None:
            raise NotUnderstood("the table was created, but the answer has no table id")
        if accepted.key is not None:
            self.keys[accepted.table] = accepted.key
        return accepted.table

    async def watch(self, table: TableId, on_event: OnEvent | None = None) -> TableView:
        """Watch a table until `unwatch`, across reconnects; returns the view once it is loaded.

        `on_event(seq, event)` is called with each event after it was applied, except events that a
        snapshot replaces.  An exception that it raises ends the client.
        """
        self._link.check()
        return await self._watches.open(table, on_event)

    async def watch_all(self, tables: Iterable[TableId]) -> list[TableView]:
        """Watch several tables, with few messages; returns their views once all are loaded.

        If one of them is refused, the others are watched all the same: see `views`.
        """
        self._link.check()
        return await self._watches.open_all(tables)

    async def unwatch(self, table: TableId) -> None:
        """Stop watching the table.  Pending waits on its view raise TableLost."""
        await self._link.ask(Unwatch(self._link.new_id(), table), Accepted)
        self._watches.lose(table, "unwatched")

    async def account(self, before: int | None = None) -> Account:
        """The player's account: balance and latest transfers, or those before `before`."""
        return await self._link.ask(GetAccount(self._link.new_id(), before), Account)

    async def refill(self) -> None:
        """Request a refill of the account; rejected if it is not due, or not allowed."""
        await self._link.ask(Refill(self._link.new_id()), Accepted)

    async def act(
        self,
        table: TableId,
        turn: int,
        action: Action,
        amount: int | None = None,
        cards: Sequence[Card] | None = None,
    ) -> Accepted:
        """Act in the turn with number `turn`.

        `amount` is the player's total for the street, for a bet or raise.  `cards` are the cards to
        discard.
        """
        discards = None if cards is None else list(cards)
        return await self._ask_table(
            Act(self._link.new_id(), table, turn, action, amount, discards)
        )

    async def straddle(self, table: TableId, *, on: bool) -> Accepted:
        """Turn straddling on or off, from the next hand on."""
        return await self._ask_table(Straddle(self._link.new_id(), table, on))

    async def run_it(self, table: TableId, times: int) -> Accepted:
        """Agree to run the board up to `times` times when all players are all-in."""
        return await self._ask_table(RunIt(self._link.new_id(), table, times))

    async def choose_game(self, table: TableId, variant: str) -> Accepted:
        """Choose the game of the next hand; only for the player who will have the button."""
        return await self._ask_table(ChooseGame(self._link.new_id(), table, variant))

    async def use_time_bank(self, table: TableId, turn: int) -> Accepted:
        """Add the player's time bank to the time of the turn with this number."""
        return await self._ask_table(UseTimeBank(self._link.new_id(), table, turn))

    async def chat(self, table: TableId, text: str) -> Accepted:
        """Send a chat message to a table."""
        return await self._ask_table(Chat(self._link.new_id(), table, text))

    async def show(
        self, table: TableId, hand: int, cards: Sequence[Card] | None = None
    ) -> Accepted:
        """Show this player's cards of `hand`, which has just ended, or only some, to everybody."""
        part = None if cards is None else list(cards)
        return await self._ask_table(Show(self._link.new_id(), table, hand, part))

    async def get_hand(
        self,
        table: TableId,
        hand: int,
        *,
        format: Literal["json", "phh", "pokerstars", "ohh"] = "json",
    ) -> HandEvents:
        """A finished hand, as this player saw it.

        With `json` it has `events`; otherwise `text`: the Poker Hand History standard, the format
        of PokerStars, or Open Hand History.
        """
        message = GetHand(self._link.new_id(), table, hand, format, self.keys.get(table))
        return await self._link.ask(message, HandEvents)

    async def hands(
        self,
        table: TableId | None = None,
        *,
        mine: bool = False,
        before: str | None = None,
        limit: int = HANDS_SIZE,
    ) -> Hands:
        """A page of finished hands, at a table or of this player, newest first."""
        if HANDS not in self.welcome.capabilities:
            raise NotUnderstood("the server does not list hands")
        key = None if table is None else self.keys.get(table)
        message = ListHands(self._link.new_id(), table, mine, before, limit, key)
        return await self._link.ask(message, Hands)

    async def stats(
        self,
        table: TableId | None = None,
        *,
        player: PlayerId | None = None,
        hands: int = STATS_HANDS,
    ) -> Stats:
        """Statistics of the latest hands of a table, or of this player at all tables."""
        if STATS not in self.welcome.capabilities:
            raise NotUnderstood("the server has no statistics")
        key = None if table is None else self.keys.get(table)
        message = GetStats(self._link.new_id(), table, player, hands, key)
        return await self._link.ask(message, Stats)

    async def moderate(self, action: Moderation) -> Accepted:
        """Carry out an action, whose id is replaced by a new one; for operators and admins."""
        return await self._link.ask(replace(action, id=self._link.new_id()), Accepted)

    async def bans(self, page: int = 0) -> Bans:
        """The sanctions in force; for operators and admins."""
        return await self._link.ask(ListBans(self._link.new_id(), page), Bans)

    async def players(self, page: int = 0) -> Players:
        """Players who are connected, seated or have just left; for operators and admins."""
        return await self._link.ask(ListPlayers(self._link.new_id(), page), Players)

    async def logout(self) -> None:
        """Log out: the session's token becomes invalid, and this client is closed."""
        await self._link.ask(Logout(self._link.new_id()), Accepted)
        await self.close()

    async def _ask_host(self, message: HostMessage) -> Accepted:
        return await self._ask_table(message)

    # ---- callbacks of the link

    def _connected(self) -> None:
        self._listed.connected()
        self._watches.connected(self.welcome)

    def _receive(self, message: ServerMessage | Unknown) -> None:
        match message:
            case Events() | Snapshot() | Accepted() | Rejected():
                self._watches.take(message)
            case PresenceState() | PlayerDisconnected() | PlayerReconnected():
                self._watches.take(message)
            case TableWaiting() | PreActionHeld():
                self._watches.take(message)
            case Lobby() | ChatSaid() | ChatHistory() | ReactionShown() | Notice() | Waiting():
                self._handle_news(message)
            case Unknown(type="events", table=str(table)):
                self._watches.miss(TableId(table), "unknown event")
            case Unknown(type="snapshot", table=str(table)):
                self._watches.lose(TableId(table), "not_understood")
            case Unknown() | Heartbeat():
                pass  # The link has logged or used it.
            case Welcome() | Pong() | Tables() | Account() | Bans() | Players():
                log.debug("answer_without_question", message=type(message).__name__)
            case HandEvents() | Hands() | TableLink() | Ledger():
                log.debug("answer_without_question", message=type(message).__name__)
            case DeviceLink() | Notes() | Watchers() | Stats():
                log.debug("answer_without_question", message=type(message).__name__)

    def _ended(self, error: Exception) -> None:
        self._watches.ended(error)

    def _handle_news(self, message: News | Waiting) -> None:
        match message:
            case Lobby():
                self._listed.take(message)
            case Waiting():
                self._take_place(message)
            case Notice(code=code, table=table) if code in RESTORED_NOTICES and table is not None:
                self._watches.ask_later(table)
        if self._on_message is not None:
            self._on_message(message)


def connect(
    url: str,
    *,
    name: str | None = None,
    token: str | TokenProvider | None = None,
    session_file: Path | None = None,
    code: str | None = None,
    wire: WireName = "json",
    compression: bool = True,
    capabilities: Sequence[str] | None = None,
    tls: ssl.SSLContext | None = None,
    backoff: Backoff | None = None,
    on_message: OnMessage | None = None,
) -> Client:
    """A client to be used as `async with connect(url, name="Ann") as client`.

    `url` is the server's, such as `ws://127.0.0.1:8765/ws`.  `name` creates a new player, if the
    server accepts guests.  `session_file` stores a guest's session, so that the program is the same
    player when it is started again.  The `code` of another client's
    `company.create_link` makes this client the same player.

    `token` is the `session` of an earlier client, a token of the operator's login service, or an
    async function that returns such a token.  The function is called for each hello, and when the
    current token is about to expire, so that play is not interrupted.  If it raises OSError, it is
    called again later; any other exception ends the client.

    `wire` is the encoding of messages.  With `compression` the server may compress what all viewers
    see; by default it does so for JSON to other machines.  `capabilities` are the wanted optional
    parts of the protocol; None for all.  `on_message` is called with chat, notices, places on
    waiting lists and lobby changes; an exception that it raises ends the client.  `tls` is the
    context for a `wss` address; by default certificates are verified as browsers do.

    `async with` retries while the server is unreachable.  It raises CommandRejected if the server
    refuses the player.  It raises ConnectionEnded if there is no poker server at the address, or if
    the server closed the connection for good.
    """
    return Client(
        url,
        credentials=Credentials(name, token, session_file, code),
        options=LinkOptions(wire, capabilities, tls, compression),
        backoff=backoff or Backoff(),
        on_message=on_message,
    )
