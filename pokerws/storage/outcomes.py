"""Outcomes of operations on tables, as named in the log and the metrics."""

from enum import StrEnum
from typing import Literal, Protocol

from pokerws.game.state import TableId

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


def went_back(table: TableId, known: int, found: int) -> dict[str, object]:
    """The fields of `table_went_back`: the database has an older version than is known."""
    return {
        "outcome": Outcome.WENT_BACK,
        "table": table,
        "error": f"the database went back from version {known} to {found}",
    }


class Count:
    """One counter, which frequent callers increment directly."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class StorageMetrics(Protocol):
    """Counts operations.  The calls come from the event loop, so they must be short."""

    def count_of(self, operation: Operation, outcome: Outcome) -> Count:
        """The counter of one outcome, read when the metrics are."""

    def operation(self, operation: Operation, outcome: Outcome, tables: int = 1) -> None:
        """Count an operation on tables; an outage counts at each try, for each of its tables."""

    def batch(self, tables: int, events: int, seconds: float) -> None:
        """Count a batch of saves that the store has carried out."""


class NoMetrics:
    """`StorageMetrics` that counts nothing."""

    def count_of(self, operation: Operation, outcome: Outcome) -> Count:
        """Part of `StorageMetrics`."""
        return Count()

    def operation(self, operation: Operation, outcome: Outcome, tables: int = 1) -> None:
        """Part of `StorageMetrics`."""

    def batch(self, tables: int, events: int, seconds: float) -> None:
        """Part of `StorageMetrics`."""


UNMEASURED = NoMetrics()
