"""Decides when tables show cards that are not stored yet, and first notes these tables in a file.

Without durable acks a change that reveals cards waits for its commit, so that these cards never
come again after a crash.  In an outage play goes on ahead of the database.  A table is then noted,
once, before it shows a card.  After a crash the hands of noted tables are cancelled, so that no
card that was seen is dealt again while players can still bet.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from pokerws.game.state import Table, TableId
from pokerws.server.isolation import Isolated, each
from pokerws.server.tables.commit_gate import CommitGate
from pokerws.storage.ahead.notes import Notes

log = structlog.get_logger("pokerws.cards_ahead")


class CardHold(Protocol):
    """Decides for one table whether it may reveal cards."""

    @property
    def holds(self) -> bool:
        """Whether cards wait for their commit."""

    def may_show(self, table: Table, *, is_stored: bool) -> bool:
        """Whether cards may be shown at once.  `is_stored` is false if the store refuses them."""


class NoHold:
    """A `CardHold` where cards do not wait: nothing is stored, or everything waits anyway."""

    holds = False

    def may_show(self, table: Table, *, is_stored: bool) -> bool:
        """Part of `CardHold`."""
        return True


NO_HOLD = NoHold()


class AheadTable(Isolated, Protocol):
    """A table in memory."""

    table: Table
    gate: CommitGate
    is_stored: bool

    @property
    def is_ahead(self) -> bool:
        """Whether cards were shown that are not stored."""

    def run_ahead(self) -> None:
        """Show what waits for cards, although it is not stored."""


class CardsAhead:
    """The `CardHold` of all tables; does nothing unless it `holds`.

    `actors` are the tables in memory.  The row of one that `is_catching_up` is older than is known.
    """

    def __init__(
        self,
        notes: Notes,
        actors: Mapping[TableId, AheadTable],
        is_catching_up: Callable[[TableId], bool],
        *,
        holds: bool,
    ) -> None:
        self.holds = holds
        self._notes = notes
        self._actors = actors
        self._is_catching_up = is_catching_up
        self._is_away = False
        # Tables that are noted, and those that are to be, with their hands.
        self._noted: set[TableId] = set()
        self._wanted: dict[TableId, int] = {}
        self._done: set[TableId] = set()
        self._task: asyncio.Task[None] | None = None
        # Whether the latest attempt to note tables failed, so that they must wait.
        self.is_stuck = False

    @property
    def has_noted(self) -> bool:
        """Whether tables are noted that are not known to be stored as they were shown."""
        return bool(self._noted)

    def may_show(self, table: Table, *, is_stored: bool) -> bool:
        """Part of `CardHold`."""
        if is_stored and not self._is_away:
            return False
        if table.id in self._noted:
            return True
        self.note(table)
        return False

    def note(self, table: Table) -> None:
        """Note a table, which then shows what waits if it cannot be stored now."""
        if self.holds and table.id not in self._noted:
            self._wanted.setdefault(table.id, table.hand_number)
            self._begin()

    def check(self, *, is_away: bool) -> None:
        """Run ahead while the database `is_away`; otherwise drop the notes of tables that are
        stored.
        """
        self._is_away = is_away and self.holds
        if self._is_away:
            each(self._actors.values(), self._show)
        elif self._noted:
            self._strike_off()

    def refused(self, actor: AheadTable) -> None:
        """The store refuses a table's data, so it plays on ahead of it."""
        self.note(actor.table)
        self._show(actor)

    def _show(self, actor: AheadTable) -> None:
        if actor.gate.holds_cards and (self._is_away or not actor.is_stored):
            if actor.table.id in self._noted:
                actor.run_ahead()
            else:
                self.note(actor.table)

    def _strike_off(self) -> None:
        for table in list(self._noted):
            actor = self._actors.get(table)
            if actor is not None and not actor.is_ahead and not self._is_catching_up(table):
                self._noted.discard(table)
                self._done.add(table)
        if self._done:
            self._begin()

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._write(), name="cards ahead")

    async def _write(self) -> None:
        try:
            while self._done or self._wanted:
                done, self._done = self._done, set()
                if done:
                    await self._notes.remove(done)
                wanted, self._wanted = self._wanted, {}
                if wanted:
                    await self._add(wanted)
        finally:
            self._task = None

    async def _add(self, wanted: dict[TableId, int]) -> None:
        try:
            await self._notes.add(wanted)
        except Exception as error:
            # Whatever it is: nothing may be shown, and the tables ask again.
            if not self.is_stuck:
                log.error(  # noqa: TRY400  only a bug needs a trace
                    "cards_wait",
                    error=str(error),
                    tables=len(wanted),
                    action="let the server write its notes: until then these tables wait",
                    exc_info=None if isinstance(error, OSError) else error,
                )
            self.is_stuck = True
            return
        self.is_stuck = False
        self._noted |= wanted.keys()
        for table in wanted:
            if (actor := self._actors.get(table)) is not None:
                self._show(actor)
