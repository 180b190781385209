"""What tests of the storage share: the log as a list, journals that tell, a place for a cluster."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest
import structlog
from structlog.typing import EventDict

from pokerws.game.state import TableId
from pokerws.storage.journal import journal
from pokerws.storage.journal.journal import BackOff, Journal
from pokerws.storage.postgres import store as postgres
from pokerws.storage.store import Store

AT_ONCE = BackOff(first_s=0, most_s=0)
SOON_S = 10.0


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
    for module in (journal, postgres):
        logger = structlog.wrap_logger(
            None,
            processors=[capture],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            cache_logger_on_first_use=False,
        )
        monkeypatch.setattr(module, "log", logger)
    return Logged(capture.entries)


class Heard:
    """What journals told their owner."""

    def __init__(self) -> None:
        self.fenced: list[TableId] = []
        self.quarantined: list[TableId] = []
        self.written: list[tuple[TableId, int]] = []


class OpenJournal(Protocol):
    def __call__(self, store: Store, **options: Any) -> Journal:
        """Start a journal that is stopped when the test is over."""


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def journal_on(heard: Heard, logged: Logged) -> AsyncIterator[OpenJournal]:
    journals: list[Journal] = []

    def start(store: Store, **options: Any) -> Journal:
        usual = {
            "keep_events": True,
            "on_fenced": heard.fenced.append,
            "on_quarantined": heard.quarantined.append,
            "on_written": lambda table, version: heard.written.append((table, version)),
            "back_off": AT_ONCE,
        }
        journal = Journal(store, **{**usual, **options})
        journal.start()
        journals.append(journal)
        return journal

    yield start
    for started in journals:
        await started.stop(0)
