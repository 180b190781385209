"""What all servers of a cluster have to know: sanctions, ended sessions, mutes and the lobby.

Whatever is in Postgres is only said to have changed.  When news may be lost, all of it is read
again, so that nothing stays unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Literal

import msgspec
import structlog
from msgspec import Meta
from msgspec.structs import replace

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import MAX_REASON_LENGTH, TableSummary
from pokerws.messages.fields import MAX_ID_LENGTH
from pokerws.server.background.supervisor import Watch, cancel
from pokerws.server.cluster.packets import Peer
from pokerws.server.company.announcements import show
from pokerws.server.sessions.context import SessionContext
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.claiming.giving import Listed

# Changes of the lobby are gathered for so long.
ROWS_S = 0.25
# Rows of one frame.
MOST_ROWS = 200
# Rows that are read at once.
MOST_READ = 1_000
# After a failure to read.
RETRY_S = 1.0

log = structlog.get_logger("pokerws.news")


class _News(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Base of all news."""


class Changed(_News, frozen=True, tag=1):
    """Something in Postgres has changed: all sanctions, or the mutes of a player."""

    what: Literal["sanctions", "mutes"]
    player: Annotated[str, Meta(max_length=128)] = ""


class Revoked(_News, frozen=True, tag=2):
    """A session was ended."""

    sid: Annotated[str, Meta(max_length=256)]
    until_ms: Annotated[int, Meta(ge=0, le=2**53)]


class Rows(_News, frozen=True, tag=3):
    """Summaries of tables that the sender owns."""

    rows: Annotated[list[TableSummary], Meta(max_length=MOST_ROWS)]


class Draining(_News, frozen=True, tag=4):
    """The sender gives its tables to others, and takes none any more."""

    peer: Peer


class Announced(_News, frozen=True, tag=5):
    """An operator's words to all players, or to all who watch a table."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_REASON_LENGTH)]
    table: Annotated[str, Meta(max_length=MAX_ID_LENGTH)] = ""


AnyNews = Changed | Revoked | Rows | Draining | Announced

# What the database has of those of these tables that are open.
Stored = Callable[[Sequence[TableId]], Awaitable[Mapping[TableId, Listed]]]

_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[AnyNews] = msgspec.msgpack.Decoder(AnyNews)


class News:
    """Tells the other servers, and follows what they tell.  `send_all` reaches all of them."""

    def __init__(
        self, context: SessionContext, send_all: Callable[[bytes], bool], stored: Stored
    ) -> None:
        self._context, self._send_all, self._stored = context, send_all, stored
        self._rows: dict[TableId, TableSummary] = {}
        # What is to be read again: mutes of players, and everything.
        self._mutes: set[PlayerId] = set()
        self._are_sanctions_old = self._is_all_old = False
        self._wakeup = asyncio.Event()
        self.on_draining: Callable[[Peer], None] = lambda peer: None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, watch: Watch) -> None:
        """Tell and follow from now on."""
        context = self._context
        context.moderation.on_stored = lambda: self._say(Changed("sanctions"))
        context.revocations.on_ended = lambda sid, until_ms: self._say(Revoked(sid, until_ms))
        context.notebooks.on_changed = lambda player: self._say(Changed("mutes", player))
        context.announcements.on_said = self._announce
        context.lobby.feed.on_noted = self._note
        self._tasks = [
            asyncio.create_task(self._tell_rows(), name="news of tables"),
            asyncio.create_task(self._read_again(), name="news"),
        ]
        for task in self._tasks:
            watch(task)

    async def stop(self) -> None:
        """Tell nothing more."""
        self._context.lobby.feed.on_noted = None
        for task in self._tasks:
            await cancel(task)

    def drain(self, own: Peer) -> None:
        """Tell that this server takes no tables any more."""
        self._say(Draining(own))

    def _say(self, news: AnyNews) -> None:
        self._send_all(_encode(news))

    def _announce(self, text: str, table: TableId | None) -> None:
        self._say(Announced(text, table or ""))

    def _note(self, summary: TableSummary) -> None:
        if self._context.lobby.in_memory(summary.table):
            self._rows[summary.table] = summary

    async def _tell_rows(self) -> None:
        while True:
            await asyncio.sleep(ROWS_S)
            # What became of a table that has left this server, is told by the one that has it.
            rows = [
                row
                for row in self._rows.values()
                if row.status == "closed" or self._context.lobby.in_memory(row.table)
            ]
            self._rows = {}
            for start in range(0, len(rows), MOST_ROWS):
                self._say(Rows(rows[start : start + MOST_ROWS]))

    # ---- from the others

    def received(self, frame: bytes) -> None:
        """News of another server.  Raises msgspec.DecodeError, or UnicodeDecodeError."""
        news = _decoder.decode(frame)
        match news:
            case Revoked():
                self._context.revocations.ended_elsewhere(news.sid, news.until_ms)
            case Rows():
                lobby = self._context.lobby
                for summary in news.rows:
                    if not lobby.in_memory(summary.table):
                        lobby.feed.note(summary)
            case Draining():
                self.on_draining(news.peer)
            case Announced():
                context = self._context
                table = TableId(news.table) if news.table else None
                show(news.text, table, context.lobby, context.moderation.roster)
            case Changed(what="sanctions"):
                self._are_sanctions_old = True
                self._wakeup.set()
            case Changed():
                self._mutes.add(PlayerId(news.player))
                self._wakeup.set()

    def broken(self) -> None:
        """News may be lost: read everything again."""
        self._is_all_old = True
        self._wakeup.set()

    async def _read_again(self) -> None:
        while True:
            await self._wakeup.wait()
            self._wakeup.clear()
            try:
                await self._read()
            except StoreUnavailable as error:
                log.info("news_not_read", error=str(error))
                self._is_all_old = True
                self._wakeup.set()
                await asyncio.sleep(RETRY_S)

    async def _read(self) -> None:
        context = self._context
        is_all_old, self._is_all_old = self._is_all_old, False
        are_sanctions_old, self._are_sanctions_old = self._are_sanctions_old, False
        mutes, self._mutes = self._mutes, set()
        if are_sanctions_old or is_all_old:
            await context.moderation.refresh(context.lobby)
        for player in mutes:
            await context.notebooks.changed_elsewhere(player)
        if is_all_old:
            await context.notebooks.changed_somewhere()
            await context.revocations.load()
            # What was not heard was perhaps not told either, from both sides of a cut.
            for row in context.lobby.summaries():
                self._note(row)
            await self._read_rows()

    async def _read_rows(self) -> None:
        """Read the rows of others: a table may be closed or new, and its owner dead."""
        lobby = self._context.lobby
        theirs = [row for row in lobby.summaries() if not lobby.in_memory(row.table)]
        for start in range(0, len(theirs), MOST_READ):
            rows = theirs[start : start + MOST_READ]
            stored = await self._stored([row.table for row in rows])
            present = {row.table: row for row in lobby.summaries()}
            for row in rows:
                # One that has changed meanwhile is as new.
                if present.get(row.table) is not row or lobby.in_memory(row.table):
                    continue
                if (listed := stored.get(row.table)) is None:
                    lobby.feed.close(row.table)
                else:
                    lobby.feed.note(replace(row, **listed._asdict()))
        try:
            await lobby.list_stored()
        except TimeoutError as error:
            raise StoreUnavailable(str(error)) from error
