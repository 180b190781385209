"""The states of a table, and the transitions between them."""

import random
from itertools import product

import pytest

from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.table_registry import (
    TRANSITIONS,
    IllegalTransition,
    TableEntry,
    TableRegistry,
    TableState,
)
from pokerws.storage.store import TableSnapshot
from tests.server.fakes import FakeJournal, FakeOwner, ManualClock
from tests.vaults import VAULT

STORED, LOADING, LIVE, CLOSING, FAILED, GONE = TableState
T1 = TableId("t1")
# A way to each state.
PATHS: dict[TableState, list[TableState]] = {
    STORED: [],
    LOADING: [LOADING],
    LIVE: [LIVE],
    CLOSING: [LIVE, CLOSING],
    FAILED: [LIVE, FAILED],
    GONE: [LOADING, GONE],
}


def actor_of(table: TableId) -> TableActor:
    state, _ = open_table(table, "One", TableConfig())
    return TableActor(
        TableSnapshot(state),
        1,
        clock=ManualClock(),
        shuffle=shuffler(random.Random(1).randbytes),
        journal=FakeJournal(),
        vault=VAULT,
        keep_events=True,
        owner=FakeOwner(),
    )


def go(registry: TableRegistry, entry: TableEntry, to: TableState) -> None:
    if to is LIVE:
        registry.loaded(entry, actor_of(entry.table))
    else:
        registry.move(entry, to)


@pytest.mark.parametrize(("state", "to"), [*product(TableState, TableState)])
def test_a_table_takes_the_transitions_of_the_table_and_no_others(
    state: TableState, to: TableState
) -> None:
    registry = TableRegistry()
    entry = registry.add_stored(T1)
    for step in PATHS[state]:
        go(registry, entry, step)
    before = (entry.state, entry.actor, T1 in registry, dict(registry.in_memory))

    if to in TRANSITIONS[state]:
        go(registry, entry, to)
        assert entry.state is to
    else:
        with pytest.raises(IllegalTransition, match=f"from {state.value} to {to.value}"):
            go(registry, entry, to)
        assert (entry.state, entry.actor, T1 in registry, registry.in_memory) == before


def test_a_table_has_an_actor_while_it_is_live_or_closing() -> None:
    for state, path in PATHS.items():
        registry = TableRegistry()
        entry = registry.add_stored(T1)
        for step in path:
            go(registry, entry, step)
        assert (T1 in registry.in_memory) == (state in {LIVE, CLOSING})
        assert registry.in_memory.get(T1) is entry.actor


def test_a_table_that_is_gone_is_unknown_and_its_id_is_free() -> None:
    registry = TableRegistry()
    registry.move(registry.add_live(T1, actor_of(T1)), GONE)
    assert T1 not in registry
    assert registry.get(T1) is None
    assert len(registry) == len(registry.in_memory) == 0
    registry.add_stored(T1)
    assert list(registry.ids) == [T1]


def test_openers_are_counted_until_their_tables_are_gone_and_then_forgotten() -> None:
    registry = TableRegistry()
    ann = PlayerId("ann")
    entries = [
        registry.add_live(table, actor_of(table), ann, "home") for table in (T1, TableId("t2"))
    ]
    registry.add_live(TableId("t3"), actor_of(TableId("t3")))
    stored = registry.add_stored(TableId("t4"))
    for entry in (entries[0], stored):
        registry.move(entry, LOADING if entry is stored else STORED)
    assert (registry.opened_by, registry.opened_from) == ({ann: 2}, {"home": 2})
    registry.move(stored, GONE)
    registry.move(entries[1], GONE)
    assert (registry.opened_by, registry.opened_from) == ({ann: 1}, {"home": 1})
    registry.move(entries[0], LOADING)
    registry.move(entries[0], GONE)
    assert not registry.opened_by
    assert not registry.opened_from


def test_a_table_is_added_once() -> None:
    registry = TableRegistry()
    registry.add_stored(T1)
    with pytest.raises(ValueError, match="t1 is known already"):
        registry.add_live(T1, actor_of(T1))


def test_no_table_becomes_live_without_an_actor() -> None:
    registry = TableRegistry()
    with pytest.raises(IllegalTransition):
        registry.move(registry.add_stored(T1), LIVE)
    assert len(registry.in_memory) == 0
