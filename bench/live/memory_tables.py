"""What a table takes in memory while nothing happens there, by its parts.

Tables are played in this process until all that is bounded at a table is full, over a sink that
stores nothing.  Then they are let go, and it is seen what becomes free: what tables share with each
other is in no figure.
"""

import gc
import tracemalloc
from collections.abc import Callable
from functools import partial
from random import Random
from sys import getsizeof

from msgspec import Struct

from bench.played import CONFIG, Around, TableClock, play_at
from pokerws.game.state import TableId
from pokerws.server.tables.actor import TableActor
from pokerws.storage.journal.change_builder import Step, sealed
from pokerws.storage.store import Change

TABLES, HANDS = 30, 60
TARGET_BYTES = 20 * 1024
# Longest that somebody thinks, so that times differ as in play.
THINK_MS = 4_000


class TableMemory(Struct, frozen=True):
    """Bytes a quiet table: of each part, of the history before it was packed, and in all."""

    parts: dict[str, int]
    unpacked_history: int

    @property
    def total(self) -> int:
        """What a quiet table takes."""
        return sum(self.parts.values())

    @property
    def total_in_play(self) -> int:
        """What the same table takes while it is played at."""
        return self.total - self.parts["history"] + self.unpacked_history


class _Nowhere(Around):
    """Takes changes, and says at once that they are stored."""

    def put(self, change: Change | Step) -> None:
        self.actor.written(sealed(change).version)


class _Time(TableClock):
    """Time passes while somebody thinks."""

    def think(self, rng: Random) -> None:
        """Let a while pass."""
        self._skipped_ms += rng.randrange(THINK_MS)


def measure(tables: int = TABLES, hands: int = HANDS) -> TableMemory:
    """Play so many tables for so many hands, and see what they take."""
    rng, around, clock = Random(7), _Nowhere(), _Time()
    # What is made once for all tables is there then.
    _play(rng, 2, around, clock)
    gc.collect()
    tracemalloc.start()
    try:
        actors = [_play(rng, hands, around, clock) for _ in range(tables)]
        # The clock and all else that is around know the one that was played last.
        _play(rng, 1, around, clock)
        packed = _freed(partial(_pack, actors), tables)
        parts = _parts(actors)
        parts["rest"] = _freed(actors.clear, tables) - sum(parts.values())
    finally:
        tracemalloc.stop()
    return TableMemory(parts, parts["history"] + packed)


def _play(rng: Random, hands: int, around: _Nowhere, clock: _Time) -> TableActor:
    """A table where six have played, between two hands."""
    return play_at(TableId(rng.randbytes(6).hex()), rng, around, clock, hands=hands, ids="c")


def _pack(actors: list[TableActor]) -> None:
    for actor in actors:
        while actor.pack():
            pass


def _parts(actors: list[TableActor]) -> dict[str, int]:
    """Bytes a table of what is the table's own; no part of these refers to anything else."""
    parts = dict.fromkeys(("history", "receipts", "state"), 0)
    # What all have in common is nobody's.
    seen: dict[int, object] = {}
    _bytes_of(CONFIG, seen)
    for actor in actors:
        roots = (actor._viewers._history, actor._receipts, actor.table)  # noqa: SLF001  by part
        for part, root in zip(parts, roots, strict=True):
            parts[part] += _bytes_of(root, seen)
    return {part: size // len(actors) for part, size in parts.items()}


def _bytes_of(thing: object, seen: dict[int, object]) -> int:
    """What it takes with all that it refers to and that was not seen before."""
    size, waiting = 0, [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | bool | None):
            continue
        # It is kept, so that nothing new has its number.
        seen[id(one)] = one
        size += getsizeof(one)
        if isinstance(one, Struct):
            waiting += (getattr(one, field) for field in one.__struct_fields__)
        else:
            waiting += gc.get_referents(one)
    return size


def _freed(let_go: Callable[[], None], tables: int) -> int:
    """Bytes a table that become free by it."""
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    let_go()
    gc.collect()
    return (before - tracemalloc.get_traced_memory()[0]) // tables
