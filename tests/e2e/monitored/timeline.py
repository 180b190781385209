"""What was seen of a fault, and when."""

import time
from copy import copy
from pathlib import Path

import msgspec


class Row(msgspec.Struct, omit_defaults=True):
    """One thing that was seen, once or again and again; seconds since the fault began."""

    # Where: fault, log, readyz, livez, metric, alert or players.
    where: str
    what: str
    first_s: float
    last_s: float
    # Of a log line: how many.  Of a counter: by how much it rose.
    count: float = 1
    # Of a gauge: the highest value.
    highest: float = 0


class Drill(msgspec.Struct):
    """One fault: all that was seen, in order."""

    rows: list[Row]
    longest_action_s: float
    checked_events: int
    # How long it was looked at.
    ended_s: int


class Run(msgspec.Struct):
    """All faults of one run."""

    machine: str
    drills: dict[str, Drill]


RUN = Path(__file__).parent / "run.json"


class Timeline:
    """Gathers rows; the same thing seen again becomes part of its row."""

    def __init__(self) -> None:
        self._began_s = time.time()
        self._rows: dict[tuple[str, str], Row] = {}

    def begin(self) -> None:
        """Forget what was seen until now: the fault comes."""
        self._began_s = time.time()
        self._rows.clear()

    @property
    def now_s(self) -> float:
        """Seconds since the fault."""
        return time.time() - self._began_s

    def note(
        self, where: str, what: str, *, count: float = 1, value: float = 0, wall_s: float = 0
    ) -> None:
        """Note what is seen now, or was at `wall_s` of the wall clock."""
        at_s = round((wall_s or time.time()) - self._began_s, 2)
        row = self._rows.get((where, what))
        if row is None:
            self._rows[where, what] = Row(where, what, at_s, at_s, count, value)
        else:
            row.last_s = at_s
            row.count += count
            row.highest = max(row.highest, value)

    @property
    def rows(self) -> list[Row]:
        """All rows by the time that they were first seen."""
        return sorted(map(copy, self._rows.values()), key=lambda row: row.first_s)
