"""Replays recorded hands and compares the results: `python server.py replay-hands FILE...`.

It owns reading the files and reporting; `pokerws.hand_histories.phh.read` plays the hands.
"""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TextIO

from pokerws.game.counted import counted
from pokerws.hand_histories.errors import NotSupported, Refused
from pokerws.hand_histories.phh.read import exact, final_stacks
from pokerws.hand_histories.phh.record import HandRecord, read_record

_GZIP_MAGIC = b"\x1f\x8b"

Outcome = Literal["agree", "differ", "not supported"]


def replay_hands(paths: Sequence[Path], out: TextIO, variant: str | None = None) -> int:
    """Play every hand in the files and write to `out` where the final stacks are not the same.

    A file has one JSON object a line, plain or gzipped.  With `variant` other hands are passed by.
    Returns 0 if all hands agree and all files could be read, else 1.
    """
    outcomes: Counter[Outcome] = Counter()
    unreadable = 0
    for path in paths:
        try:
            for number, line in _lines(path):
                outcome, report = _replay(line, f"{path}:{number}", variant)
                if outcome is not None:
                    outcomes[outcome] += 1
                if report:
                    print(report, file=out)
        except (OSError, EOFError, zlib.error) as error:
            unreadable += 1
            print(f"{path}: cannot be read: {error}", file=out)
    agree, differ, unsupported = (
        outcomes[outcome] for outcome in ("agree", "differ", "not supported")
    )
    print(
        f"{counted(outcomes.total(), 'hand')}: {agree} agree, {differ} differ, "
        f"{unsupported} not supported",
        file=out,
    )
    return 1 if unreadable or differ or unsupported else 0


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers."""
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP_MAGIC
        file.seek(0)
        with gzip.open(file) if zipped else file as plain:
            for number, line in enumerate(plain, start=1):
                if line.strip():
                    yield number, line


def _replay(line: bytes, place: str, variant: str | None) -> tuple[Outcome | None, str]:
    """The outcome of a hand, and a line unless it agrees; None for a skipped one."""
    try:
        record = read_record(line)
    except Refused as refused:
        return "differ", f"{place}: {_one_line(str(refused))}"
    if variant is not None and record.variant != variant:
        return None, ""
    outcome, why = _compare(record)
    name = _one_line(record.src or place)
    if record.hand is not None:
        name += f" hand {_one_line(str(record.hand))}"
    return outcome, f"{name}: {_one_line(why)}" if why else ""


def _compare(record: HandRecord) -> tuple[Outcome, str]:
    try:
        stacks = final_stacks(record)
        expected = [exact(amount) for amount in record.final_stacks or []]
    except NotSupported as refused:
        return "not supported", str(refused)
    except Refused as refused:
        return "differ", f"refused: {refused}"
    if not expected:
        return "differ", "there are no final_stacks to compare with"
    if stacks != expected:
        ours, theirs = (", ".join(f"{float(x):.15g}" for x in side) for side in (stacks, expected))
        return "differ", f"final stacks are {ours}, not {theirs}"
    return "agree", ""


def _one_line(text: str) -> str:
    return text if text.isprintable() else repr(text)
