"""The client: typed commands, and the tables and the lobby that it follows."""

import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import structlog

from pokerws.client.credentials import Credentials, TokenProvider
from pokerws.client.errors import NotUnderstood
from pokerws.client.link import Link, Unknown, WireName
from pokerws.client.reconnect import Backoff
from pokerws.client.table_view import OnEvent, TableView
from pokerws.client.watches import Watches
from pokerws.game.cards import Card
from pokerws.game.commands import Action
from pokerws.game.state import PlayerId, TableConfig, TableId
from pokerws.messages import (
    Accepted,
    Account,
    Act,
    AddChips,
    Chat,
    ChatSaid,
    ChooseGame,
    CloseTable,
    CreateTable,
    Events,
    GetAccount,
    GetHand,
    HandEvents,
    ListTables,
    Lobby,
    Logout,
    Notice,
    Ping,
    Pong,
    Refill,
    Rejected,
    RunIt,
    ServerMessage,
    Show,
    Sit,
    SitIn,
    SitOut,
    Snapshot,
    Stand,
    Straddle,
    Tables,
    TableSummary,
    Unwatch,
    WatchLobby,
    Welcome,
)

# Notices after which a table sends no more until it is watched again.
RESTORED_NOTICES = frozenset({"table_failed"})

# What is asked of one table.
_OfTable = (
    Sit
    | Stand
    | SitOut
    | SitIn
    | AddChips
    | Act
    | Straddle
    | RunIt
    | ChooseGame
    | Chat
    | Show
    | CloseTable
)
# Called with what is said to everybody.
OnMessage = Callable[[ChatSaid | Notice | Lobby], None]

log = structlog.get_logger("pokerws.client")


class Client:
    """A player's connection to a server; made by `connect`, used by `async with`.

    It connects again by itself.  A command that was in flight meanwhile is sent again with its
    id, and every view goes on with the events that it has missed.

    A command returns when it was accepted and, for a table that is being watched, when the view
    shows its effect.  Every command may raise CommandRejected, or ConnectionEnded when the
    connection is lost for good; those for a watched table also TableLost.  There are no time
    limits here but those of the connection itself: use `asyncio.timeout`.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials,
        wire: WireName,
        capabilities: Sequence[str] | None,
        tls: ssl.SSLContext | None,
        backoff: Backoff,
        on_message: OnMessage | None,
    ) -> None:
        self.lobby: dict[TableId, TableSummary] = {}
        self._on_message = on_message
        self._watches_lobby = False
        self._lobby_is_old = False
        self._link = Link(
            url,
            credentials=credentials,
            wire=wire,
            capabilities=capabilities,
            tls=tls,
            backoff=backoff,
            connected=self._connected,
            receive=self._receive,
            ended=self._ended,
        )
        self._watches = Watches(self._link, backoff)

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
        """Say goodbye.  Whoever waits for something gets ConnectionEnded(1000)."""
        await self._link.close()

    @property
    def welcome(self) -> Welcome:
        """The latest welcome: the server's flags, limits and clock at that time."""
        if self._link.welcome is None:
            raise RuntimeError("a client is used inside `async with`")
        return self._link.welcome

    @property
    def player(self) -> PlayerId:
        """The id of the player that the server knows this client as."""
        return self.welcome.player

    @property
    def views(self) -> dict[TableId, TableView]:
        """The tables that are being watched."""
        return self._watches.views

    @property
    def session(self) -> str | None:
        """The secret that brings a guest back: the `token` for a later `connect`."""
        return self.welcome.session

    # ---- commands

    async def ping(self) -> int:
        """The server's clock, in milliseconds UTC."""
        answer = await self._link.ask(Ping(self._link.new_id()), Pong)
        return answer.now_ms

    async def list_tables(self) -> list[TableSummary]:
        """All tables, oldest first."""
        answer = await self._link.ask(ListTables(self._link.new_id()), Tables)
        return answer.tables

    async def watch_lobby(self) -> None:
        """Keep `lobby` up to date from now on, over reconnects too."""
        await self._link.ask(WatchLobby(self._link.new_id()), Accepted)
        self._watches_lobby = True

    async def create_table(self, name: str, config: TableConfig) -> TableId:
        """Open a table; returns its id.

        Where the connection breaks just then, the table may be there twice.
        """
        accepted = await self._link.ask(CreateTable(self._link.new_id(), name, config), Accepted)
        if accepted.table is None:
            raise NotUnderstood("a table was opened, and the answer does not say which")
        return accepted.table

    async def watch(self, table: TableId, on_event: OnEvent | None = None) -> TableView:
        """Follow a table, until `unwatch` and over reconnects; returns the view once it is there.

        `on_event(seq, event)` is called with each event after it was applied; events that a
        snapshot stands for are left out, and what it raises ends the client.
        """
        self._link.check()
        return await self._watches.open(table, on_event)

    async def unwatch(self, table: TableId) -> None:
        """Follow the table no more.  Whoever waits on its view gets TableLost."""
        await self._link.ask(Unwatch(self._link.new_id(), table), Accepted)
        self._watches.lose(table, "unwatched")

    async def sit(self, table: TableId, buy_in: int, seat: int | None = None) -> Accepted:
        """Take `seat`, or any free one for None, with `buy_in` chips."""
        return await self._ask_table(Sit(self._link.new_id(), table, buy_in, seat))

    async def stand(self, table: TableId) -> Accepted:
        """Leave the seat, at the latest when the hand is over."""
        return await self._ask_table(Stand(self._link.new_id(), table))

    async def sit_out(self, table: TableId) -> Accepted:
        """Be dealt no further hands."""
        return await self._ask_table(SitOut(self._link.new_id(), table))

    async def sit_in(self, table: TableId) -> Accepted:
        """Be dealt in again."""
        return await self._ask_table(SitIn(self._link.new_id(), table))

    async def account(self, before: int | None = None) -> Account:
        """The own account: its balance and latest transfers, or those before the one of an id."""
        return await self._link.ask(GetAccount(self._link.new_id(), before), Account)

    async def refill(self) -> None:
        """Have the house fill the account up; refused with `refill_not_due` where it is not."""
        await self._link.ask(Refill(self._link.new_id()), Accepted)

    async def add_chips(self, table: TableId, amount: int | None = None) -> Accepted:
        """Bring `amount` more chips to the seat, while not in a hand; None for as many as fit."""
        return await self._ask_table(AddChips(self._link.new_id(), table, amount))

    async def act(
        self,
        table: TableId,
        turn: int,
        action: Action,
        amount: int | None = None,
        cards: Sequence[Card] | None = None,
    ) -> Accepted:
        """Answer the turn of that number.

        `amount` is a bet's or raise's total for the street, `cards` what a discard throws away.
        """
        thrown = None if cards is None else list(cards)
        return await self._ask_table(Act(self._link.new_id(), table, turn, action, amount, thrown))

    async def straddle(self, table: TableId, *, on: bool) -> Accepted:
        """From the next hand on, straddle where it is possible, or do so no more."""
        return await self._ask_table(Straddle(self._link.new_id(), table, on))

    async def run_it(self, table: TableId, times: int) -> Accepted:
        """Agree to have the board run up to `times` times when all are all-in."""
        return await self._ask_table(RunIt(self._link.new_id(), table, times))

    async def choose_game(self, table: TableId, variant: str) -> Accepted:
        """Name the game of the hand that is due, as the one who will have its button."""
        return await self._ask_table(ChooseGame(self._link.new_id(), table, variant))

    async def chat(self, table: TableId, text: str) -> Accepted:
        """Say something at a table."""
        return await self._ask_table(Chat(self._link.new_id(), table, text))

    async def show(self, table: TableId, hand: int) -> Accepted:
        """Show the own cards of `hand`, which has just ended, to everybody."""
        return await self._ask_table(Show(self._link.new_id(), table, hand))

    async def get_hand(
        self,
        table: TableId,
        hand: int,
        *,
        format: Literal["json", "phh", "pokerstars"] = "json",
    ) -> HandEvents:
        """What happened in a hand that is over, as far as this player may see it.

        For `json` its events; else its `text`, in the Poker Hand History standard or as PokerStars
        writes it.
        """
        return await self._link.ask(GetHand(self._link.new_id(), table, hand, format), HandEvents)

    async def close_table(self, table: TableId) -> Accepted:
        """Close a table for good; for admins only."""
        return await self._ask_table(CloseTable(self._link.new_id(), table))

    async def logout(self) -> None:
        """End the session: its token is worth nothing any more, and this client is closed."""
        await self._link.ask(Logout(self._link.new_id()), Accepted)
        await self.close()

    async def _ask_table(self, message: _OfTable) -> Accepted:
        accepted = await self._link.ask(message, Accepted)
        view = self._watches.views.get(message.table)
        if accepted.seq is not None and view is not None:
            await view.reached(accepted.seq)
        return accepted

    # ---- what the link says

    def _connected(self) -> None:
        self._lobby_is_old = True
        if self._watches_lobby:
            self._link.tell(WatchLobby(self._link.new_id()))
        self._watches.connected(self.player)

    def _receive(self, message: ServerMessage | Unknown) -> None:
        match message:
            case Events():
                self._watches.take_events(message)
            case Snapshot():
                self._watches.take_snapshot(message)
            case Accepted():
                self._watches.accepted(message)
            case Rejected():
                self._watches.rejected(message)
            case Lobby() | ChatSaid() | Notice():
                self._hear(message)
            case Unknown(type="events", table=str(table)):
                self._watches.miss(TableId(table), "an event that is not known")
            case Unknown(type="snapshot", table=str(table)):
                self._watches.lose(TableId(table), "not_understood")
            case Unknown():
                pass  # The link has logged it.
            case Welcome() | Pong() | Tables() | Account() | HandEvents():
                log.debug("answer_without_question", message=type(message).__name__)

    def _ended(self, error: Exception) -> None:
        self._watches.ended(error)

    def _hear(self, message: Lobby | ChatSaid | Notice) -> None:
        match message:
            case Lobby(tables=tables):
                # The first message on a connection has all tables, the others what has changed.
                if self._lobby_is_old:
                    self.lobby.clear()
                    self._lobby_is_old = False
                self.lobby.update((summary.table, summary) for summary in tables)
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
    wire: WireName = "json",
    capabilities: Sequence[str] | None = None,
    tls: ssl.SSLContext | None = None,
    backoff: Backoff | None = None,
    on_message: OnMessage | None = None,
) -> Client:
    """A client to be used as `async with connect(url, name="Ann") as client`.

    `url` is the server's, such as `ws://127.0.0.1:8765/ws`.  `name` makes a new player, where the
    server takes guests.  `token` is the `session` of an earlier client, which brings that guest
    back, or what the operator's own service has signed; or an async function that gives such a
    token: it is asked at each hello, and when the one in use is about to expire, so that play goes
    on without a break.  An OSError that it raises is a passing trouble, and it is asked again
    later; anything else ends the client.  `session_file` keeps a guest's session, so that a program
    that is started again is the same player, with the same name: names are nobody else's.

    `wire` is how messages are written.  `capabilities` are the optional parts of the protocol that
    are wanted; None for all.  `on_message` is called with chat, notices and lobby changes as they
    come; what it raises ends the client.  `tls` says whom to trust at a `wss` address; without it
    certificates are checked as browsers do.

    Entering waits for the server for as long as there is hope that it comes up.  It raises
    CommandRejected when the server refuses the player, ConnectionEnded when there is no poker
    server or it closed for good.
    """
    return Client(
        url,
        credentials=Credentials(name, token, session_file),
        wire=wire,
        capabilities=capabilities,
        tls=tls,
        backoff=backoff or Backoff(),
        on_message=on_message,
    )
