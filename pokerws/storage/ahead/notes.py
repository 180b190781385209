"""The notes of a server and of its predecessors, for the event loop.

A server notes a table before it shows cards of it that are not stored.  Its successor asks whether
a table was noted, and so whether its hand in play may go on.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from pokerws.game.state import TableId
from pokerws.storage.ahead.note import AheadNote, forget, last_word, notes_in

_Result = TypeVar("_Result")

log = structlog.get_logger("pokerws.ahead")


class Notes(Protocol):
    """Which tables showed cards ahead of the database."""

    async def add(self, tables: Mapping[TableId, int]) -> None:
        """Note tables, each with the first hand concerned.  Raises OSError: show nothing then."""

    async def remove(self, tables: Iterable[TableId]) -> None:
        """Remove tables that are stored as they were shown."""

    async def named(self, owners: Sequence[str]) -> Mapping[TableId, int] | None:
        """The tables that these earlier servers noted; None if one has no file."""


class NoNotes:
    """`Notes` that keep nothing, so that every hand in play is doubted."""

    async def add(self, tables: Mapping[TableId, int]) -> None:
        """Part of `Notes`."""

    async def remove(self, tables: Iterable[TableId]) -> None:
        """Part of `Notes`."""

    async def named(self, owners: Sequence[str]) -> Mapping[TableId, int] | None:
        """Part of `Notes`."""
        return None


NO_NOTES = NoNotes()


class LocalNotes:
    """`Notes` in files of `directory`; `owner` is this server's incarnation, which may change.

    A server that does not `keep` any never runs ahead, and only reads those of others.
    """

    def __init__(
        self, directory: Path, owner: Callable[[], str | None], *, keep: bool = True
    ) -> None:
        self._directory = directory
        self._owner = owner
        self._keep = keep
        self._note: AheadNote | None = None
        # The incarnation whose file could not be kept, and was deleted.
        self._lost: str | None = None
        self._named: set[TableId] = set()
        # A dead server says nothing more.
        self._read: dict[str, dict[TableId, int]] = {}
        # One call at a time, also after one whose caller was cancelled.
        self._thread = ThreadPoolExecutor(1, "notes")

    async def begin(self) -> None:
        """Have a file from now on, so that it proves what was not shown.  Without one, warn."""
        with suppress(OSError):  # It is tried again, and reported, when a table is to be noted.
            await self._in_turn(self._ready)

    async def add(self, tables: Mapping[TableId, int]) -> None:
        """Part of `Notes`.  If the file cannot be written, it is deleted, and hands are doubted."""
        await self._in_turn(lambda: self._add(tables))

    async def remove(self, tables: Iterable[TableId]) -> None:
        """Part of `Notes`."""
        gone = set(tables)
        await self._in_turn(lambda: self._remove(gone))

    async def named(self, owners: Sequence[str]) -> Mapping[TableId, int] | None:
        """Part of `Notes`."""
        return await self._in_turn(lambda: self._named_by(owners))

    async def kept(self) -> list[str]:
        """The other incarnations that have a file here."""
        found = await asyncio.to_thread(notes_in, self._directory)
        return [incarnation for incarnation in found if incarnation != self._owner()]

    async def forget(self, owners: Sequence[str]) -> None:
        """Delete files of servers without doubted tables."""
        await asyncio.to_thread(forget, self._directory, owners)

    async def close(self, *, delete: bool = False) -> None:
        """Leave the file to later servers, or `delete` it."""
        await self._in_turn(lambda: self._close(delete=delete))

    async def _in_turn(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _ready(self) -> AheadNote | None:
        """This incarnation's note, which is begun if necessary; None if it cannot be kept.

        Raises OSError if a file is there that cannot be used.
        """
        owner = self._owner()
        if self._note is not None and self._note.incarnation != owner:
            self._close()
        if not self._keep or owner is None or owner == self._lost:
            return None
        if self._note is None:
            self._named.clear()
            try:
                self._note = AheadNote(self._directory, owner)
            except OSError as error:
                if (self._directory / owner).exists():
                    raise
                self._lose(owner, error)
        return self._note

    def _lose(self, owner: str, error: OSError) -> None:
        self._lost = owner
        log.warning(
            "cards_ahead_not_noted",
            file=str(self._directory / owner),
            error=str(error),
            action="let the server write there; after a crash all hands in play are cancelled",
        )

    def _add(self, tables: Mapping[TableId, int]) -> None:
        note = self._ready()
        if note is None:
            return
        new = {table: hand for table, hand in tables.items() if table not in self._named}
        try:
            note.add(new)
        except OSError as error:
            # Only without the file can play go on: it would say that nothing was shown.
            note.discard()
            self._note = None
            self._lose(note.incarnation, error)
        else:
            self._named |= new.keys()

    def _remove(self, tables: set[TableId]) -> None:
        if self._note is None or not (gone := tables & self._named):
            return
        try:
            if gone == self._named:
                self._note.clear()
            else:
                self._note.remove(gone)
        except OSError as error:
            # They stay noted, so their hands are cancelled after a crash.
            log.warning("cards_ahead_still_noted", tables=len(gone), error=str(error))
        else:
            self._named -= gone

    def _named_by(self, owners: Sequence[str]) -> dict[TableId, int] | None:
        # This process may have been one of them, and then holds the lock on its file.
        with suppress(OSError):
            self._ready()
        tables: dict[TableId, int] = {}
        for owner in owners:
            if owner not in self._read:
                if (found := last_word(self._directory, owner)) is None:
                    return None
                self._read[owner] = found
            for table, hand in self._read[owner].items():
                tables[table] = min(hand, tables.get(table, hand))
        return tables

    def _close(self, *, delete: bool = False) -> None:
        note, self._note = self._note, None
        if note is not None:
            note.close()
            if delete:
                forget(self._directory, [note.incarnation])
