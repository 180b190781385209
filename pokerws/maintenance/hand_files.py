"""Reads the hands of files, whatever format they are in, one hand at a time.

A file's format is known by its content, not by its name: records as JSON, one a line; our own JSON
export; the Poker Hand History standard, with one hand or with several; each also gzipped.  Of a
file with many hands only one is in memory at a time.  Files are untrusted.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from pokerws.game.events import HandStarted
from pokerws.game.illegal import Inconsistent
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.formats import as_text
from pokerws.hand_histories.json_hand import read_json
from pokerws.hand_histories.phh.record import HandRecord, read_record, read_toml
from pokerws.maintenance.errors import UnknownFormat

# The largest hand; ours have some 20 kB.
MAX_HAND_BYTES = 4 * 1024 * 1024
UNREADABLE = (OSError, EOFError, zlib.error, UnknownFormat)
SUFFIXES = (".phh", ".phhs", ".json", ".jsonl")

STDIN = Path("-")

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_SECTION = re.compile(rb"""\s*\[\s*(?:[A-Za-z0-9-][\w-]*|"[^"]*"|'[^']*')\s*\]\s*(?:\#.*)?""")
_FIELD = re.compile(rb"""\s*(?:[\w-]+|"[^"]*"|'[^']*')\s*=""")
_OTHERS = (
    (re.compile(rb"\s*PokerStars "), "the text of PokerStars"),
    (re.compile(rb"\s*Full Tilt Poker "), "the text of Full Tilt Poker"),
    (re.compile(rb'\s*\{\s*"ohh"'), "Open Hand History"),
    (re.compile(rb"\s*\{\s*$"), "JSON over several lines"),
    (re.compile(rb"\s*<"), "XML"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
)
_OURS = re.compile(rb'\s*\{\s*"id"\s*:\s*"[0-9]+"\s*,\s*"game"\s*:')


class FoundHand(NamedTuple):
    """A hand of a file, or why it is none; `place` names the file, and the line or section."""

    place: str
    record: HandRecord | Refused


def files_of(path: Path) -> Iterator[Path]:
    """The files of a directory and those below it, by name, if they may have hands; or `path`."""
    if not path.is_dir():
        yield path
        return
    for below in sorted(path.rglob("*")):
        name = below.name.removesuffix(".gz")
        if name.endswith(SUFFIXES) and not name.startswith(".") and below.is_file():
            yield below


def hands_of(path: Path, stdin: BinaryIO) -> Iterator[FoundHand]:
    """The hands of a file, or of `stdin` for "-".  Raises any of UNREADABLE."""
    name = "standard input" if path == STDIN else str(path)
    with ExitStack() as opened:
        file = stdin if path == STDIN else opened.enter_context(path.open("rb"))
        lines = _Lines(file, opened)
        first = lines.first()
        for pattern, other in _OTHERS:
            if pattern.match(first):
                raise UnknownFormat(
                    f"{other} is not supported; expected PHH, JSON lines, or what export writes "
                    "with --format phh or json"
                )
        if first.lstrip().startswith(b"{"):
            yield from _json_hands(lines, name)
        elif _SECTION.fullmatch(first) or _FIELD.match(first):
            yield from _toml_hands(lines, name)
        elif first:
            raise UnknownFormat(
                "the format is unknown; expected PHH (.phh, .phhs), JSON lines, or what export "
                "writes with --format phh or json; each may be gzipped"
            )


class _Lines:
    """The numbered lines of a file, without a byte order mark, unzipped if it is gzipped."""

    def __init__(self, file: BinaryIO, opened: ExitStack) -> None:
        # Buffered files can look ahead; typing does not know it.
        start = cast("gzip.GzipFile", file).peek(2)[:2]
        zipped = start == _GZIP_MAGIC
        self._file = opened.enter_context(gzip.GzipFile(fileobj=file)) if zipped else file
        self._read: list[bytes] = []
        self._number = 0

    def first(self) -> bytes:
        """The first line with content that is no comment; "" if there is none."""
        size = 0
        while line := self._next():
            self._read.append(line)
            size += len(line)
            if size > MAX_HAND_BYTES:
                raise UnknownFormat("there are only comments at the start")
            if line.strip() and not line.lstrip().startswith(b"#"):
                return line.rstrip(b"\r\n")
        return b""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """All lines, with their numbers from 1."""
        for number, line in enumerate(self._read, start=1):
            yield number, line
        self._read.clear()
        while line := self._next():
            yield self._number, line

    def _next(self) -> bytes:
        line = self._file.readline(MAX_HAND_BYTES + 1)
        if len(line) > MAX_HAND_BYTES:
            raise UnknownFormat(f"line {self._number + 1} has more than {MAX_HAND_BYTES} bytes")
        self._number += 1
        return line.removeprefix(_BOM) if self._number == 1 else line


def _json_hands(lines: _Lines, name: str) -> Iterator[FoundHand]:
    blank = 0
    for number, line in lines:
        if not line.strip():
            blank += len(line)
            if blank > MAX_HAND_BYTES:
                raise UnknownFormat(f"there are only empty lines before line {number + 1}")
        else:
            blank = 0
            read = _own_record if _OURS.match(line) else read_record
            try:
                record: HandRecord | Refused = read(line)
            except Refused as refused:
                record = refused
            yield FoundHand(f"{name}:{number}", record)


def _own_record(line: bytes) -> HandRecord:
    """The record of a hand of our JSON export.  Raises Refused.

    The events have the players' actions and cards, and the stacks at the end.
    """
    hand = read_json(line)
    if not hand.events or not isinstance(hand.events[0], HandStarted):
        return HandRecord("", [], [], hand=hand.number, incomplete="its beginning was not kept")
    try:
        text = as_text(hand, "phh")
    except (Inconsistent, LookupError, TypeError, ValueError, OverflowError) as error:
        raise Refused(f"the events do not fit together: {error}") from error
    (record,) = read_toml(text.encode()).values()
    if isinstance(record, Refused):
        raise record
    return record


def _toml_hands(lines: _Lines, name: str) -> Iterator[FoundHand]:
    """The hands of a file in the standard, cut at the headers of its sections."""
    piece: list[bytes] = []
    begun, size = 1, 0
    # How many quotes of each kind the piece has: an odd number means that a text over several lines
    # has not ended, so that a header may be a part of it.
    quotes = [0, 0]
    for number, line in lines:
        is_open = any(count % 2 for count in quotes)
        if not is_open and _SECTION.fullmatch(line.rstrip(b"\r\n")):
            yield from _hands_of_piece(piece, name, begun)
            piece, begun, size, quotes = [], number, 0, [0, 0]
        piece.append(line)
        quotes = [quotes[0] + line.count(b'"""'), quotes[1] + line.count(b"'''")]
        size += len(line)
        if size > MAX_HAND_BYTES:
            raise UnknownFormat(f"the hand at line {begun} has more than {MAX_HAND_BYTES} bytes")
    yield from _hands_of_piece(piece, name, begun)


def _hands_of_piece(piece: list[bytes], name: str, begun: int) -> Iterator[FoundHand]:
    try:
        records = read_toml(b"".join(piece))
    except Refused as refused:
        yield FoundHand(f"{name}:{begun}", refused)
        return
    for section, record in records.items():
        yield FoundHand(f"{name} [{section}]" if section else name, record)
