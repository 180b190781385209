"""What tests of the storage share: the log as a list, journals that tell, a place for a cluster."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

import pytest
import structlog
from structlog.typing import EventDict

from pokerws.game.state import TableId
from pokerws.storage.journal import announcer, journal, outcome_log
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.journal.journal import Journal
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.postgres import rights
from pokerws.storage.postgres import store as postgres
from pokerws.storage.postgres.connecting import retrying
from pokerws.storage.store import Store

DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
AT_ONCE = BackOff(first_s=0, most_s=0)
SOON_S = 60.0


def slowly(table: str, pause_s: float) -> str:
    """SQL: from one row of the table that a statement changes to the next, another one has time."""
    return f"""
        CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_sleep({pause_s});
            RETURN NEW;
        END $$;
        CREATE TRIGGER slowly BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION slowly();
    """


class Logged:
    """The lines that the storage has logged."""

    def __init__(self, entries: list[EventDict]) -> None:
        self.entries = entries

    def all(self, event: str, **having: object) -> list[EventDict]:
        return [
            entry
            for entry in self.entries
            if entry["event"] == event and having.items() <= entry.items()
        ]


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> Logged:
    """Everything logged from now on, whatever level other tests have set."""
    capture = structlog.testing.LogCapture()
    for module in (announcer, journal, outcome_log, postgres, retrying, rights):
        logger = structlog.wrap_logger(
            None,
            processors=[capture],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            cache_logger_on_first_use=False,
        )
        monkeypatch.setattr(module, "log", logger)
    return Logged(capture.entries)


class Heard:
    """A `JournalListener` that notes what it is told; `on_written` is called as well."""

    def __init__(self, on_written: Callable[[TableId, int], None] | None = None) -> None:
        self.tables_fenced: list[TableId] = []
        self.tables_rejected: list[TableId] = []
        self.tables_conflicting: list[TableId] = []
        self.tables_edited: list[TableId] = []
        self.tables_gone_back: list[TableId] = []
        self.versions_written: list[tuple[TableId, int]] = []
        self._on_written = on_written

    def written(self, table: TableId, version: int) -> None:
        self.versions_written.append((table, version))
        if self._on_written is not None:
            self._on_written(table, version)

    def fenced(self, table: TableId) -> None:
        self.tables_fenced.append(table)

    def rejected(self, table: TableId) -> None:
        self.tables_rejected.append(table)

    def conflict(self, table: TableId) -> None:
        self.tables_conflicting.append(table)

    def edited(self, table: TableId) -> None:
        self.tables_edited.append(table)

    def went_back(self, table: TableId) -> None:
        self.tables_gone_back.append(table)


class OpenJournal(Protocol):
    def __call__(self, store: Store, listener: JournalListener = ..., **options: Any) -> Journal:
        """Start a journal that is stopped when the test is over."""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def journal_on(heard: Heard, logged: Logged) -> AsyncIterator[OpenJournal]:
    journals: list[Journal] = []

    def start(store: Store, listener: JournalListener = heard, **options: Any) -> Journal:
        journal = Journal(store, **{"back_off": AT_ONCE, **options})
        journal.subscribe(listener)
        journal.start()
        journals.append(journal)
        return journal

    yield start
    for started in journals:
        await started.stop(0)
