"""The store and the journal of a server without a database."""

import logging

import pytest

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table
from pokerws.metrics import Metrics
from pokerws.storage.accounts import player_account
from pokerws.storage.errors import Overdrawn
from pokerws.storage.journal.change_builder import ChangeBuilder
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.null import NullJournal, NullStore
from pokerws.storage.store import Position, TableSnapshot
from pokerws.storage.vault.vault import Vault
from tests.storage.changes import brings, change
from tests.storage.conftest import Heard, Logged

T1, ANN = TableId("t1"), PlayerId("ann")


async def test_chips_move_as_soon_as_a_change_is_put(heard: Heard) -> None:
    accounts = MemoryAccounts()
    journal = NullJournal(accounts)
    journal.subscribe(heard)
    await accounts.open(ANN, 1_000, 0)

    journal.put(change(version=2, transfers=(brings("ann", 400, 2),)))

    assert (await accounts.open(ANN, 0, 0)).balance == 600
    assert heard.versions_written == [(T1, 2)]


async def test_a_change_that_moves_no_chips_is_reported_to_nobody(heard: Heard) -> None:
    journal = NullJournal(MemoryAccounts())
    journal.subscribe(heard)
    journal.put(change())
    assert heard.versions_written == []


async def test_an_account_that_cannot_pay_keeps_what_it_has(heard: Heard) -> None:
    accounts = MemoryAccounts()
    journal = NullJournal(accounts)
    journal.subscribe(heard)
    await accounts.open(ANN, 300, 0)

    with pytest.raises(Overdrawn, match=player_account(ANN)):
        journal.put(change(transfers=(brings("ann", 400, 1),)))

    assert (await accounts.open(ANN, 0, 0)).balance == 300
    assert heard.versions_written == []


async def test_nothing_waits_and_nothing_is_kept() -> None:
    journal = NullJournal(MemoryAccounts())
    journal.start()
    for version in range(100):
        journal.put(change(expected=version))
    assert not journal.keeps
    assert journal.waiting == journal.waiting_events == journal.oldest_ms == journal.dropped == 0
    await journal.flush(0)
    assert await journal.stop(0)


async def test_a_change_counts_as_saved_in_memory_and_the_first_as_made(logged: Logged) -> None:
    metrics = Metrics()
    journal = NullJournal(MemoryAccounts(), metrics)
    journal.put(change())
    journal.put(change(expected=1))
    counts = {labels: count for labels, count in metrics.operations().items() if count}
    assert counts == {("create_game", "IN_MEMORY"): 1, ("save_game", "IN_MEMORY"): 2}
    made = logged.all("create_game", log_level="info")
    assert [(line["outcome"], line["name"]) for line in made] == [("IN_MEMORY", "Main table")]


@pytest.mark.parametrize(("level", "more"), [(logging.DEBUG, ["debug"]), (logging.INFO, [])])
async def test_the_first_save_of_a_table_has_a_line_and_each_later_one_at_debug_level_only(
    monkeypatch: pytest.MonkeyPatch, logged: Logged, level: int, more: list[str]
) -> None:
    monkeypatch.setattr(logging.root, "level", level)
    journal = NullJournal(MemoryAccounts())
    journal.put(change(expected=1))
    journal.put(change(expected=2))
    saves = logged.all("save_game", outcome="IN_MEMORY", table="t1")
    assert [line["log_level"] for line in saves] == ["info", *more]


async def test_no_row_is_built_for_a_journal_that_keeps_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def seal(*_: object) -> None:
        raise AssertionError("something was encoded")

    monkeypatch.setattr(Vault, "seal_snapshot", seal)
    monkeypatch.setattr(Vault, "seal_events", seal)
    table, events = open_table(T1, "One", TableConfig())
    builder = ChangeBuilder(TableSnapshot(table), 1, Vault(()), stores=False)

    for _ in range(2):
        one = builder.next(events, (), 0)
        assert (one.snapshot, one.log) == (None, ())
        NullJournal(MemoryAccounts()).put(one)
    assert builder.snapshot(0) is None


async def test_a_null_store_has_no_games() -> None:
    store = NullStore()
    assert await store.save([change()]) == set()
    assert await store.games() == []
    assert await store.idle(1 << 60, 10) == []
    assert await store.position(T1) is None
    assert await store.look(T1) is None
    assert await store.claim(T1) is None
    assert await store.claim_many([T1]) == {}
    assert await store.events(T1, 0, 10) == []
    await store.quarantine(T1, Position(1, 1))
    await store.close()


async def test_a_null_store_keeps_accounts_and_names_for_as_long_as_it_lives() -> None:
    store = NullStore()
    assert (await store.accounts.open(ANN, 700, 0)).balance == 700
    assert await store.names.claim("ann", ANN, "Ann", now_ms=0, until_ms=10)
    assert not await store.names.claim("ann", PlayerId("ben"), "Ann", now_ms=0, until_ms=10)
