"""A file beside the server: the tables that show cards which the database does not have yet.

Each incarnation of a server has one, from its start on, and holds a lock on it while it lives.  So
a file whose lock is free is what a dead server wrote last.  A table that it does not name has shown
no card that is not stored.  Without the file it is unknown.

All calls block; a file is only ever appended to, or emptied.
"""

import fcntl
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from pokerws.game.state import TableId
from pokerws.storage.fsync import sync_directory

_HEADER = b"cards ahead 1\n"
_ADD, _REMOVE = "+", "-"


class AheadNote:
    """The note of one incarnation in `directory`.  The methods raise OSError."""

    def __init__(self, directory: Path, incarnation: str) -> None:
        self.incarnation = incarnation
        self._path = directory / incarnation
        directory.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.clear()
            sync_directory(directory)
        except BaseException:
            os.close(self._file)
            # In this form it would say that nothing is shown.
            self._path.unlink(missing_ok=True)
            sync_directory(directory)
            raise

    def add(self, tables: Mapping[TableId, int]) -> None:
        """Name tables, each with the number of the first hand whose cards are shown ahead."""
        self._append(f"{_ADD} {table} {hand}\n" for table, hand in tables.items())

    def remove(self, tables: Iterable[TableId]) -> None:
        """Remove tables that are stored as they were shown."""
        self._append(f"{_REMOVE} {table}\n" for table in tables)

    def clear(self) -> None:
        """All tables are."""
        os.ftruncate(self._file, 0)
        self._append([_HEADER.decode()])

    def discard(self) -> None:
        """Delete the file, since it cannot be kept: then all hands of this server are doubted."""
        self._path.unlink(missing_ok=True)
        sync_directory(self._path.parent)
        self.close()

    def close(self) -> None:
        """Leave the file as it is, for later servers."""
        os.close(self._file)

    def _append(self, lines: Iterable[str]) -> None:
        data = "".join(lines).encode()
        if os.write(self._file, data) != len(data):
            raise OSError(f"{self._path}: only a part of the note was written")
        os.fsync(self._file)


def last_word(directory: Path, incarnation: str) -> dict[TableId, int] | None:
    """The tables that a dead server named, each with its first hand; None if that is unknown.

    That is so if there is no file here, it is damaged, or its server still lives.
    """
    try:
        file = os.open(directory / incarnation, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # It is free when the process that holds it has ended, in whatever container it ran.
        # Several servers may read at a time.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        with os.fdopen(os.dup(file), "rb") as reader:
            return _tables_in(reader.read())
    except OSError:
        return None
    finally:
        os.close(file)


def _tables_in(data: bytes) -> dict[TableId, int] | None:
    header, *lines = data.splitlines(keepends=True) or [b""]
    if header != _HEADER:
        return None
    tables: dict[TableId, int] = {}
    for line in lines:
        match line.decode(errors="replace").split():
            # The last line may be cut short: then its tables have not shown their cards yet.
            case _ if not line.endswith(b"\n"):
                break
            case [sign, table, hand] if sign == _ADD and hand.isdecimal():
                tables.setdefault(TableId(table), int(hand))
            case [sign, table] if sign == _REMOVE:
                tables.pop(TableId(table), None)
            case _:
                return None
    return tables


def notes_in(directory: Path) -> list[str]:
    """The incarnations that have a file here."""
    try:
        return sorted(path.name for path in directory.iterdir())
    except OSError:
        return []


def forget(directory: Path, incarnations: Iterable[str]) -> None:
    """Delete files of servers without doubted tables, as far as possible."""
    for incarnation in incarnations:
        with suppress(OSError):
            (directory / incarnation).unlink(missing_ok=True)
