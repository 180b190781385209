"""Outcomes of operations on tables, as named in the log and the metrics."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, Protocol

Operation = Literal["create_game", "get_game", "save_game"]


class Outcome(StrEnum):
    """The field `outcome` of a log line, and a label of the metrics: both are stable names."""

    IN_MEMORY = "IN_MEMORY"
    DB_SUCCESS = "DB_SUCCESS"
    DB_HYDRATE = "DB_HYDRATE"
    DB_FAILED = "DB_FAILED"
    DB_CONFLICT = "DB_CONFLICT"
    FENCED = "FENCED"
    WENT_BACK = "WENT_BACK"
    MISMATCH = "MISMATCH"


def went_back(known: int, found: int) -> str:
    """The error of a line: the database has an older version of a table than is known."""
    return f"the database went back from version {known} to {found}"


class Count:
    """One counter, which frequent callers increment directly."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class StorageMetrics(Protocol):
    """Counts operations.  The calls come from the event loop, so they must be short.

    `hands` are those that ended, and `quarantined` the tables that were set aside.
    """

    hands: Count
    quarantined: Count

    def count_of(self, operation: Operation, outcome: Outcome) -> Count:
        """The counter of one outcome, read when the metrics are."""

    def operation(self, operation: Operation, outcome: Outcome, tables: int = 1) -> None:
        """Count an operation on tables; an outage counts at each try, for each of its tables."""

    def batch(self, events: int, seconds: float, waited_s: Sequence[float]) -> None:
        """Count a batch of saves that the store has carried out in so many seconds.

        `waited_s` says for each table how long its oldest change took until then.
        """


class NoMetrics:
    """`StorageMetrics` that counts for nobody."""

    def __init__(self) -> None:
        self.hands, self.quarantined = Count(), Count()

    def count_of(self, operation: Operation, outcome: Outcome) -> Count:
        """Part of `StorageMetrics`."""
        return Count()

    def operation(self, operation: Operation, outcome: Outcome, tables: int = 1) -> None:
        """Part of `StorageMetrics`."""

    def batch(self, events: int, seconds: float, waited_s: Sequence[float]) -> None:
        """Part of `StorageMetrics`."""


UNMEASURED = NoMetrics()
