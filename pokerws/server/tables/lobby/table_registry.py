"""The tables of this server by state, with the transitions between states.

The registry owns one entry for each known table.  It does not decide when a table is loaded, closed
or dropped.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, KeysView
from enum import Enum
from typing import Final, TypeVar

from pokerws.game.counted import counted
from pokerws.game.illegal import Details
from pokerws.game.state import CloseReason, PlayerId, TableId
from pokerws.messages import Refused
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.closed_tables import ClosedTables
from pokerws.server.tables.lobby.absences import Absences
from pokerws.server.tables.lobby.wanted_bots import BOT_LIMITS, BotLimits, WantedBots
from pokerws.storage.store import NEW_BRANCH, Position

Key = TypeVar("Key", bound=str)


class TableState(Enum):
    """The state of a table's life."""

    STORED = "stored"
    """Known, and not in memory."""
    LOADING = "loading"
    """Being loaded from the store."""
    LIVE = "live"
    """In memory: its actor takes commands."""
    CLOSING = "closing"
    """Closed for good; in memory until its viewers are told, with durable acks after the commit."""
    FAILED = "failed"
    """Stopped by a bug; it is loaded again on demand."""
    GONE = "gone"
    """Closed or lost: unknown from now on."""


_STORED, _LOADING, _LIVE, _CLOSING, _FAILED, _GONE = TableState

# A new entry is STORED (it was found in the store) or LIVE (it was created here).
TRANSITIONS: Final = {
    # To LIVE directly when all tables are loaded at the start.
    _STORED: {_LOADING, _LIVE},
    # Back to STORED or FAILED when it cannot be loaded now; GONE when it is closed in the store.
    _LOADING: {_LIVE, _STORED, _FAILED, _GONE},
    # To STORED when it is evicted, fenced or rolled back; GONE if it was never stored.
    _LIVE: {_CLOSING, _FAILED, _STORED, _GONE},
    # GONE when the viewers are told; FAILED after a bug; STORED when it is fenced or rolled back.
    _CLOSING: {_GONE, _FAILED, _STORED},
    # To STORED when its last changes were rejected or fenced; GONE if it was never stored.
    _FAILED: {_LOADING, _STORED, _GONE},
    _GONE: set[TableState](),
}

_IN_MEMORY = frozenset({_LIVE, _CLOSING})


class IllegalTransition(Exception):
    """A table cannot go from its state to the one that was asked for."""

    def __init__(self, table: TableId, state: TableState, to: TableState) -> None:
        super().__init__(f"table {table} cannot go from {state.value} to {to.value}")


class TableEntry:
    """One known table.  Only the registry changes `state` and `actor`."""

    __slots__ = (
        *("actor", "address", "closing", "failed", "is_server_table", "kept", "known", "loading"),
        *("opener", "seen_seq", "shown_seq", "since_ms", "state", "table"),
    )

    def __init__(self, table: TableId, state: TableState, actor: TableActor | None) -> None:
        self.table = table
        self.state = state
        # The actor, while the table is in memory.
        self.actor = actor
        # The actor that a bug stopped, until all its changes are stored and sent.
        self.failed: TableActor | None = None
        # The task that loads the table.
        self.loading: asyncio.Task[TableActor] | None = None
        # The reason to close the table as soon as it is loaded.
        self.closing: CloseReason | None = None
        # The player who opened the table, if one did since the server started.
        self.opener: PlayerId | None = None
        # The address that the player had then, as limits count it.
        self.address: str | None = None
        # Since when this server has known the table.
        self.since_ms = 0
        # What this server knows to be stored, since the table was last in memory.
        self.known: Position | None = None
        # Up to which event this server has shown cards, and other events, stored or not.
        self.shown_seq = self.seen_seq = 0
        # Whether the server opened it for its own bots; stored as a mark of the table.
        self.is_server_table = False
        # Whether the table stays open even if it is unused.
        self.kept = False


class TableRegistry:
    """All known tables.

    `in_memory` has the actors of those in memory.  `opened_by` and `opened_from` count the open
    tables of players and addresses who opened them.  All three are only read.  `absences` follows
    who sits at the tables in memory, `bots` which bots their hosts want; `on_left` is called when a
    table has left it.  `closed` has those that are gone.
    """

    def __init__(self, bot_limits: BotLimits = BOT_LIMITS) -> None:
        self.opened_by = Counter[PlayerId]()
        self.opened_from = Counter[str]()
        self.in_memory: dict[TableId, TableActor] = {}
        self.absences = Absences(self.in_memory)
        self.bots = WantedBots(self.in_memory, bot_limits)
        self.closed = ClosedTables()
        self.on_left: Callable[[TableId], None] = lambda _: None
        self._entries: dict[TableId, TableEntry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, table: TableId) -> bool:
        return table in self._entries

    def __iter__(self) -> Iterator[TableEntry]:
        return iter(self._entries.values())

    @property
    def ids(self) -> KeysView[TableId]:
        """The ids of all known tables."""
        return self._entries.keys()

    def get(self, table: TableId) -> TableEntry | None:
        """The entry of a table, or None for an unknown one."""
        return self._entries.get(table)

    def check_opened(
        self, player: PlayerId, address: str | None, most: int, most_by_address: int
    ) -> None:
        """Raise Refused if a player or address has opened too many tables; 0 is no limit.

        Without an `address` its limit does not apply.
        """
        if most and self.opened_by[player] >= most:
            text = f"a player may have opened {counted(most, 'table')} at a time"
            raise Refused("too_many_tables", text, Details(limit=most, scope="player"))
        if most_by_address and address and self.opened_from[address] >= most_by_address:
            text = f"an address may have opened {counted(most_by_address, 'table')} at a time"
            raise Refused("too_many_tables", text, Details(limit=most_by_address, scope="address"))

    def add_stored(self, table: TableId) -> TableEntry:
        """Add a table that was found in the store.  Raises ValueError for a known one."""
        return self._add(TableEntry(table, TableState.STORED, None))

    def add_live(
        self,
        table: TableId,
        actor: TableActor,
        opener: PlayerId | None = None,
        address: str | None = None,
    ) -> TableEntry:
        """Add a table that was created here.  Raises ValueError for a known one."""
        entry = self._add(TableEntry(table, TableState.LIVE, actor))
        entry.opener, entry.address = opener, address
        if opener is not None:
            self.opened_by[opener] += 1
        if address is not None:
            self.opened_from[address] += 1
        self._enter_memory(actor)
        return entry

    def _add(self, entry: TableEntry) -> TableEntry:
        if entry.table in self._entries:
            raise ValueError(f"table {entry.table} is known already")
        self._entries[entry.table] = entry
        return entry

    def loaded(self, entry: TableEntry, actor: TableActor) -> None:
        """Move a table to LIVE, with its new actor.  Raises IllegalTransition."""
        _check(entry, TableState.LIVE)
        entry.state, entry.actor = TableState.LIVE, actor
        entry.shown_seq = entry.seen_seq = 0
        self._enter_memory(actor)

    def move(self, entry: TableEntry, to: TableState) -> None:
        """Move a table to any other state than LIVE.  Raises IllegalTransition.

        Leaving memory forgets the actor, and a table that is GONE is forgotten altogether.
        """
        if to is TableState.LIVE:
            raise IllegalTransition(entry.table, entry.state, to)
        _check(entry, to)
        entry.state, actor = to, entry.actor
        if to not in _IN_MEMORY:
            if entry.actor is not None:
                entry.known = Position(entry.actor.stored_seq, entry.actor.epoch)
                entry.shown_seq = entry.actor.gate.shown_seq
                entry.seen_seq = NEW_BRANCH if to is TableState.FAILED else entry.actor.seen_seq
            entry.actor = None
            self.in_memory.pop(entry.table, None)
            self.absences.left(entry.table)
            self.bots.left(entry.table)
            self.on_left(entry.table)
        if to is TableState.GONE:
            self._forget(entry)
            self.closed.note(entry.table, None if actor is None else actor.table)

    def _enter_memory(self, actor: TableActor) -> None:
        self.in_memory[actor.table.id] = actor
        self.absences.entered(actor.table)
        self.bots.note(actor.table)

    def _forget(self, entry: TableEntry) -> None:
        del self._entries[entry.table]
        _uncount(self.opened_by, entry.opener)
        _uncount(self.opened_from, entry.address)


def _uncount(counts: Counter[Key], key: Key | None) -> None:
    """Count one less, and drop counts of 0, since any number of players may come."""
    if key is not None:
        counts[key] -= 1
        if not counts[key]:
            del counts[key]


def _check(entry: TableEntry, to: TableState) -> None:
    if to not in TRANSITIONS[entry.state]:
        raise IllegalTransition(entry.table, entry.state, to)
