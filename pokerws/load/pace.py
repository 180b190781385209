"""When a table's next action is due: at once, or at an instant fixed beforehand."""

import heapq
from random import Random

from pokerws.load.tables import Table

# How long the generator waits for input while nothing is due.
IDLE_S = 0.1


class Pace:
    """Nothing new is due; actions that are late still go out. Used to finish a round."""

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        """What has become due since the last call, with its instants."""
        return []

    def wait_s(self, now_ns: int) -> float:
        """The longest time until something is due."""
        return IDLE_S

    def after(self, table: Table, now_ns: int) -> int:
        """The instant of the table's next action if it is due by now, else 0."""
        return table.late.popleft() if table.late else 0


class Closed(Pace):
    """The next action is due when all viewers have seen the last one."""

    def __init__(self, tables: list[Table]) -> None:
        self._tables = tables

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        """At the start, one action at each table."""
        tables, self._tables = self._tables, []
        return [(now_ns, table) for table in tables]

    def after(self, table: Table, now_ns: int) -> int:
        return now_ns


class Open(Pace):
    """Each table's actions are due at the instants of a Poisson process.

    A table cannot take an action before the last one was seen. An action that is delayed by this
    goes out late, and its latency counts from when it was due (no coordinated omission).
    """

    def __init__(self, tables: list[Table], rate: float, rng: Random, start_ns: int) -> None:
        self._gap = rng.expovariate
        self._rate_per_ns = rate / len(tables) / 1e9
        # The number decides between equal instants, since tables have no order.
        self._next = [
            (start_ns + int(self._gap(self._rate_per_ns)), number, table)
            for number, table in enumerate(tables)
        ]
        heapq.heapify(self._next)

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        instants = []
        while self._next[0][0] <= now_ns:
            due_ns, number, table = self._next[0]
            instants.append((due_ns, table))
            later_ns = due_ns + int(self._gap(self._rate_per_ns))
            heapq.heapreplace(self._next, (later_ns, number, table))
        return instants

    def wait_s(self, now_ns: int) -> float:
        return min(max(self._next[0][0] - now_ns, 0) / 1e9, IDLE_S)
