"""When the next action of a table is due: at once, or at an instant that was fixed beforehand."""

import heapq
from random import Random
from typing import Protocol

from bench.live.tables import Table

# Without anything due, the generator looks up as often as this.
IDLE_S = 0.1


class Pace(Protocol):
    """Gives tables the instants of their actions."""

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        """What has become due since it was last asked, with the instants."""
        ...

    def wait_s(self, now_ns: int) -> float:
        """How long until something is due, at most."""
        ...

    def after(self, table: Table, now_ns: int) -> int:
        """The instant of a table's next action, which goes out at once; 0 where it is not due."""
        ...


class Closed:
    """The next action is due when the last one has been seen."""

    def __init__(self, tables: list[Table]) -> None:
        self._tables = tables

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        """At the start, all tables begin."""
        tables, self._tables = self._tables, []
        return [(now_ns, table) for table in tables]

    def wait_s(self, now_ns: int) -> float:
        return IDLE_S

    def after(self, table: Table, now_ns: int) -> int:
        return now_ns


class Open:
    """Each table's actions are due at the instants of a Poisson process, whatever comes of them.

    A table cannot take an action before the last one has been seen.  What is due meanwhile goes out
    late, and its latency counts from when it was due.
    """

    def __init__(self, tables: list[Table], rate: float, rng: Random, start_ns: int) -> None:
        self._gap = rng.expovariate
        self._rate_a_ns = rate / len(tables) / 1e9
        # The number of a table decides between equal instants, since tables have no order.
        self._next = [
            (start_ns + int(self._gap(self._rate_a_ns)), number, table)
            for number, table in enumerate(tables)
        ]
        heapq.heapify(self._next)

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        instants = []
        while self._next[0][0] <= now_ns:
            due_ns, number, table = self._next[0]
            instants.append((due_ns, table))
            later_ns = due_ns + int(self._gap(self._rate_a_ns))
            heapq.heapreplace(self._next, (later_ns, number, table))
        return instants

    def wait_s(self, now_ns: int) -> float:
        return min(max(self._next[0][0] - now_ns, 0) / 1e9, IDLE_S)

    def after(self, table: Table, now_ns: int) -> int:
        return table.late.popleft() if table.late else 0


class Nothing:
    """The end: only what was due before goes out."""

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        return []

    def wait_s(self, now_ns: int) -> float:
        return IDLE_S

    def after(self, table: Table, now_ns: int) -> int:
        return table.late.popleft() if table.late else 0
