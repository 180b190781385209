"""The archive's files: a game's hands, gzipped, in the PHH format for several hands.

Files appear atomically, also after a crash.  This module owns file names, temporary files and the
treatment of files from an interrupted run.  It knows no database.
"""

import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from gzip import GzipFile
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from pokerws.maintenance.errors import ArchiveError, NotArchivable
from pokerws.storage.fsync import sync_directory

SUFFIX = ".phhs.gz"
_NAME = re.compile(r"(?P<stem>.+)-(?P<first>[0-9]+)-(?P<last>[0-9]+)\.phhs\.gz", re.DOTALL)
# A file's name may have 255 bytes; an escaped id may be longer.
_LONGEST_STEM = 180
_DIGEST_BYTES = 16
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 22


class Archive:
    """A directory of files, created when the first one is written.  Raises ArchiveError."""

    def __init__(self, place: Path, *, option: str = "--to") -> None:
        self.place = place
        self.option = option
        self._there: dict[tuple[str, int], list[Path]] = {}
        try:
            there = sorted(place.iterdir()) if place.exists() else []
        except OSError as error:
            raise ArchiveError(
                f"{place} cannot be read: {error.strerror}; give another directory ({option})"
            ) from error
        for path in there:
            if named := _NAME.fullmatch(path.name):
                self._there.setdefault((named["stem"], int(named["first"])), []).append(path)

    def begun_with(self, game: str, first: int) -> list[Path]:
        """The existing files of a game that begin with this hand."""
        return self._there.get((_stem(game), first), [])

    def path(self, game: str, first: int, last: int) -> Path:
        """The path for the hands from `first` to `last`."""
        return self.place / f"{_stem(game)}-{first}-{last}{SUFFIX}"

    def temporary(self, game: str) -> Path:
        """The temporary path of a game's file; the next run reuses it."""
        return self.place / f".{_stem(game)}.part"


def sections_of(path: Path) -> Iterator[bytes]:
    """The hands in a file of an archive, one after the other.  Raises OSError and its like."""
    section: list[bytes] = []
    with GzipFile(path) as file:
        while line := file.readline(_LONGEST_LINE):
            # Texts in a hand are escaped, so that no other line begins like this.
            if line.startswith(b"["):
                if section:
                    yield b"".join(section)
                section = []
            else:
                section.append(line)
    if section:
        yield b"".join(section)


class HandsFile:
    """A file being written, with a section per hand: [1], [2], …  `keep` makes it permanent."""

    def __init__(self, archive: Archive, game: str) -> None:
        self.hands = 0
        self._archive = archive
        self._game = game
        self._temporary = archive.temporary(game)
        self._file: BinaryIO | None = None
        self._gzip: GzipFile | None = None
        self._first = self._last = 0
        self._digest = blake2b()

    def add(self, hand: int, text: str) -> None:
        """Write a hand, the `text` of a PHH file.  Raises ArchiveError."""
        with self._writing():
            if self._gzip is None:
                self._archive.place.mkdir(parents=True, exist_ok=True)
                self._file = self._temporary.open("wb")
                # Without a name and a time, the same hands always give the same bytes.
                self._gzip = GzipFile("", "wb", fileobj=self._file, mtime=0)
                self._first = hand
            self.hands += 1
            self._last = hand
            section = f"[{self.hands}]\n{text}\n".encode()
            self._digest.update(section)
            self._gzip.write(section)

    def keep(self) -> Path:
        """Sync the file to disk, read it back and give it its name.

        An interrupted run may have left a file with the same hands, or with the first of them.  It
        is replaced or removed.  Raises NotArchivable if a file with other hands is in the way, and
        ArchiveError.
        """
        with self._writing():
            self._flush()
            self._read_back()
            earlier = self._archive.begun_with(self._game, self._first)
            for path in earlier:
                if not _begins_with(self._temporary, path):
                    raise NotArchivable(
                        f"{path} begins with the same hand and goes on with others: archive up to "
                        "a date after its last hand, move it away, or give another directory "
                        f"({self._archive.option})"
                    )
            path = self._archive.path(self._game, self._first, self._last)
            self._temporary.replace(path)
            # The directory may be new as well.
            for place in (path.parent, path.parent.parent):
                sync_directory(place)
            for superseded in earlier:
                if superseded != path:
                    superseded.unlink(missing_ok=True)
        return path

    def _flush(self) -> None:
        if self._gzip is None or self._file is None:
            raise ArchiveError("there is no hand to keep")
        self._gzip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _read_back(self) -> None:
        """Raise ArchiveError unless the file holds what was written."""
        found = blake2b()
        try:
            for chunk in _chunks(self._temporary):
                found.update(chunk)
        except (EOFError, zlib.error) as error:
            raise ArchiveError(f"{self._temporary} cannot be read back: {error}") from error
        if found.digest() != self._digest.digest():
            raise ArchiveError(f"{self._temporary} does not hold what was written: check the disk")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or error
            raise ArchiveError(
                f"{self._archive.place} cannot be written to: {reason}; make room there, or give "
                f"another directory ({self._archive.option})"
            ) from error

    def discard(self) -> None:
        """Remove the temporary file, if there is one."""
        if self._file is not None:
            # Closing may fail again on a full disk; the file is discarded anyway.
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._temporary.unlink(missing_ok=True)


def _stem(game: str) -> str:
    """A game's id as a part of a file's name."""
    stem = quote(game, safe=" ")
    if len(stem) <= _LONGEST_STEM:
        return stem
    digest = blake2b(game.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{stem[: _LONGEST_STEM - len(digest) - 1]}~{digest}"


def _begins_with(whole: Path, part: Path) -> bool:
    """Whether a file begins with all the hands of another."""
    with GzipFile(whole) as of_whole:
        try:
            for chunk in _chunks(part):
                if of_whole.read(len(chunk)) != chunk:
                    return False
        except (OSError, EOFError, zlib.error):
            return False
    return True


def _chunks(path: Path) -> Iterator[bytes]:
    with GzipFile(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
