"""Accounts and the ledger: one suite for memory, Postgres, and a pooler in transaction mode."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace as replace_address
from typing import Any

import pytest

from pokerws.game.state import PlayerId, TableId
from pokerws.storage import memory_accounts
from pokerws.storage.accounts import (
    ALLOWANCE_MS,
    Account,
    Allowance,
    Booked,
    Refill,
    TableTotal,
    player_account,
)
from pokerws.storage.errors import Overdrawn, StoreRejected
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.postgres.address import Pooler, address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import Position, Store
from tests.storage.changes import START_MS, brings, change, takes
from tests.storage.memory_store import MemoryStore

ANN, BEN = PlayerId("ann"), PlayerId("ben")
T1, T2 = TableId("t1"), TableId("t2")
NOT_DUE = Refill(0, "due")
# Of an address that gets ten grants of 100 chips a day.
HOME = Allowance("home", 1_000)
GRANT_BACK_MS = ALLOWANCE_MS // 10


@pytest.fixture(params=["memory", "postgres", "transaction"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    url: str = request.getfixturevalue("database_url")
    pooler: Pooler = "transaction" if request.param == "transaction" else "none"
    postgres = await PostgresStore.open(replace_address(address_of(url), pooler=pooler))
    yield postgres
    await postgres.close()


async def balance(store: Store, player: PlayerId) -> int:
    return (await store.accounts.open(player, 0, START_MS)).balance


async def lines(store: Store, player: PlayerId) -> list[tuple[str, int, TableId | None]]:
    history = await store.accounts.history(player, None, 100)
    return [(line.reason, line.amount, line.table) for line in history]


async def test_a_new_account_has_the_grant_and_gets_it_once(store: Store) -> None:
    first = await store.accounts.open(ANN, 1_000, START_MS)
    again = await store.accounts.open(ANN, 1_000, START_MS + 5)

    assert first == again == Account(1_000, START_MS, START_MS)
    assert await lines(store, ANN) == [("grant", 1_000, None)]


async def test_an_account_opened_from_many_sides_at_once_gets_one_grant(store: Store) -> None:
    opened = await asyncio.gather(*(store.accounts.open(ANN, 500, START_MS) for _ in range(8)))

    assert {account.balance for account in opened} == {500}
    assert len(await store.accounts.history(ANN, None, 10)) == 1


async def test_an_account_without_a_grant_has_no_history(store: Store) -> None:
    assert await store.accounts.open(ANN, 0, START_MS) == Account(0, START_MS, START_MS)
    assert await store.accounts.history(ANN, None, 10) == []


async def test_chips_move_with_the_change_of_the_table(store: Store) -> None:
    await store.accounts.open(ANN, 1_000, START_MS)

    await store.save([change(version=2, chips=600, transfers=(brings("ann", 600, 2),))])
    await store.save([change("t1", 2, 3, chips=150, transfers=(takes("ann", 450, 3),))])

    assert await balance(store, ANN) == 850
    assert await lines(store, ANN) == [
        ("cash_out", 450, T1),
        ("buy_in", -600, T1),
        ("grant", 1_000, None),
    ]


async def test_an_account_cannot_pay_more_than_it_has(store: Store) -> None:
    await store.accounts.open(ANN, 1_000, START_MS)

    with pytest.raises(Overdrawn):
        await store.save([change(chips=1_001, transfers=(brings("ann", 1_001, 1),))])

    assert await store.position(T1) is None
    assert await balance(store, ANN) == 1_000
    assert len(await lines(store, ANN)) == 1


async def test_who_has_no_account_cannot_pay(store: Store) -> None:
    with pytest.raises(Overdrawn):
        await store.save([change(chips=10, transfers=(brings("ann", 10, 1),))])

    assert await store.position(T1) is None


async def test_who_has_no_account_gets_one_when_chips_come_home(store: Store) -> None:
    await store.accounts.open(BEN, 100, START_MS)
    await store.save([change(chips=100, transfers=(brings("ben", 100, 1),))])

    await store.save([change("t1", 1, 2, transfers=(takes("ann", 100, 2),))])

    assert await balance(store, ANN) == 100


@pytest.mark.parametrize("chips", [0, 99, 101])
async def test_a_table_cannot_make_or_lose_chips(store: Store, chips: int) -> None:
    await store.accounts.open(ANN, 1_000, START_MS)

    with pytest.raises(StoreRejected):
        await store.save([change(chips=chips, transfers=(brings("ann", 100, 1),))])
    await store.save([change(chips=100, transfers=(brings("ann", 100, 1),))])
    with pytest.raises(StoreRejected):
        await store.save([change("t1", 1, 2, chips=chips)])

    assert await store.position(T1) == Position(1, 1)


async def test_a_table_knows_what_each_player_brought_and_took(store: Store) -> None:
    for player in (ANN, BEN):
        await store.accounts.open(player, 1_000, START_MS)
    await store.save([change(version=1, chips=600, transfers=(brings("ann", 600, 1),))])
    await store.save([change("t1", 1, 2, chips=700, transfers=(brings("ben", 100, 2),))])
    await store.save([change("t1", 2, 3, chips=750, transfers=(brings("ann", 50, 3),))])
    await store.save([change("t1", 3, 4, chips=300, transfers=(takes("ann", 450, 4),))])
    await store.save([change("t2", chips=9, transfers=(brings("ben", 9, 1, "t2"),))])
    ann, ben = player_account(ANN), player_account(BEN)
    totals = store.accounts.table_totals

    assert await totals(T1, 10, "", 10) == [TableTotal(ann, 650, 450), TableTotal(ben, 100, 0)]
    assert await totals(T1, 3, "", 10) == [TableTotal(ann, 650, 0), TableTotal(ben, 100, 0)]
    assert await totals(T1, 10, "", 1) == [TableTotal(ann, 650, 450)]
    assert await totals(T1, 10, ann, 1) == [TableTotal(ben, 100, 0)]
    assert await totals(TableId("t3"), 10, "", 10) == []
    assert await store.accounts.has_moved(T2, BEN)
    assert not await store.accounts.has_moved(T2, ANN)


async def test_what_comes_and_goes_in_one_batch_is_booked_as_its_sum(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    await store.save([change("t1", chips=100, transfers=(brings("ann", 100, 1),))])

    # The account is empty: what comes back from the one table pays for the other.
    await store.save(
        [
            change("t1", 1, 2, transfers=(takes("ann", 100, 2),)),
            change("t2", 0, 1, chips=70, transfers=(brings("ann", 70, 1, "t2"),)),
        ]
    )

    assert await balance(store, ANN) == 30
    assert set((await lines(store, ANN))[:2]) == {
        ("cash_out", 100, T1),
        ("buy_in", -70, T2),
    }


async def test_a_table_that_drops_out_of_a_batch_moves_no_chips(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    await store.save([change("t1"), change("t2")])

    written = await store.save(
        [
            change("t1", 5, 6, chips=40, transfers=(brings("ann", 40, 6),)),
            change("t2", 1, 2, chips=30, transfers=(brings("ann", 30, 2, "t2"),)),
        ]
    )

    assert written == {T2}
    assert await balance(store, ANN) == 70


async def test_one_who_is_short_stops_the_whole_batch(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    await store.accounts.open(BEN, 10, START_MS)

    with pytest.raises(Overdrawn):
        await store.save(
            [
                change("t1", chips=40, transfers=(brings("ann", 40, 1),)),
                change("t2", chips=30, transfers=(brings("ben", 30, 1, "t2"),)),
            ]
        )

    assert await balance(store, ANN) == 100
    assert await store.position(T1) is None


async def test_an_event_moves_its_chips_once(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    await store.save([change(chips=10, transfers=(brings("ann", 10, 1),))])

    with pytest.raises(StoreRejected):
        await store.save([change("t1", 1, 2, chips=20, transfers=(brings("ann", 10, 1),))])

    assert await balance(store, ANN) == 90


async def test_a_refill_fills_an_account_up_when_it_is_low_and_due(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    await store.save([change(chips=60, transfers=(brings("ann", 60, 1),))])
    terms: dict[str, Any] = {"to": 100, "below": 50, "besides": [T1]}

    early = await store.accounts.refill(ANN, **terms, due_ms=START_MS - 1, at_ms=START_MS + 1)
    due = await store.accounts.refill(ANN, **terms, due_ms=START_MS, at_ms=START_MS + 2)
    again = await store.accounts.refill(
        ANN, to=200, below=200, due_ms=START_MS + 1, at_ms=START_MS + 3
    )

    assert (early, due, again) == (NOT_DUE, Refill(60), NOT_DUE)
    assert await store.accounts.open(ANN, 0, START_MS) == Account(100, START_MS + 2, START_MS)
    assert (await lines(store, ANN))[0] == ("refill", 60, None)


@pytest.mark.parametrize(("to", "below"), [(100, 41), (40, 40), (40, 100)])
async def test_an_account_that_is_not_low_is_not_refilled(
    store: Store, to: int, below: int
) -> None:
    await store.accounts.open(ANN, 41, START_MS)

    refilled = store.accounts.refill(ANN, to=to, below=below, due_ms=START_MS, at_ms=START_MS)
    assert await refilled == NOT_DUE


async def test_nobody_is_refilled_who_has_no_account(store: Store) -> None:
    refilled = store.accounts.refill(ANN, to=10, below=10, due_ms=START_MS, at_ms=START_MS)
    assert await refilled == NOT_DUE


async def test_a_refill_asked_for_from_many_sides_is_given_once(store: Store) -> None:
    await store.accounts.open(ANN, 5, START_MS)

    given = await asyncio.gather(
        *(
            store.accounts.refill(ANN, to=100, below=50, due_ms=START_MS, at_ms=START_MS + 1)
            for _ in range(6)
        )
    )

    assert sorted(refill.chips for refill in given) == [0, 0, 0, 0, 0, 95]
    assert await balance(store, ANN) == 100


async def grants(store: Store, names: str, allowance: Allowance | None, at_ms: int) -> list[int]:
    """The balances of new accounts."""
    opened = [store.accounts.open(PlayerId(name), 100, at_ms, allowance) for name in names]
    return [account.balance for account in await asyncio.gather(*opened)]


async def test_an_address_is_granted_its_free_chips_and_the_next_guests_get_none(
    store: Store,
) -> None:
    assert sum(await grants(store, "abcdefghijklm", HOME, START_MS)) == 1_000
    assert await grants(store, "n", Allowance("elsewhere", 1_000), START_MS) == [100]
    assert await grants(store, "o", None, START_MS) == [100]

    denied = await store.accounts.open(PlayerId("p"), 100, START_MS + 1, HOME)

    assert denied == Account(0, None, START_MS + 1)
    assert await store.accounts.open(PlayerId("p"), 100, START_MS + ALLOWANCE_MS, HOME) == denied
    assert await store.accounts.history(PlayerId("p"), None, 9) == []


async def test_the_free_chips_of_an_address_come_back_evenly_within_a_day(store: Store) -> None:
    await grants(store, "abcdefghij", HOME, START_MS)
    due_ms = START_MS + GRANT_BACK_MS

    assert await store.accounts.allowed_ms(HOME, 100, START_MS) == due_ms
    assert await grants(store, "k", HOME, due_ms - 1) == [0]
    assert await grants(store, "l", HOME, due_ms) == [100]
    assert await store.accounts.allowed_ms(HOME, 100, due_ms) == due_ms + GRANT_BACK_MS
    # They are never more than those of one day.
    assert sum(await grants(store, "mnopqrstuvwxyz", HOME, START_MS + 9 * ALLOWANCE_MS)) == 1_000
    far_ms = START_MS + 30 * ALLOWANCE_MS
    assert await store.accounts.allowed_ms(HOME, 100, far_ms) == far_ms


async def test_an_account_opened_from_many_sides_takes_its_grant_once(store: Store) -> None:
    await grants(store, "aaaaaaaa", HOME, START_MS)

    assert sum(await grants(store, "bcdefghijklm", HOME, START_MS)) == 900


async def test_more_than_an_address_may_ever_have_is_not_granted(store: Store) -> None:
    accounts, small = store.accounts, Allowance("home", 99)
    assert (await accounts.open(ANN, 100, START_MS, small)).balance == 0
    assert (await accounts.open(BEN, 99, START_MS, small)).balance == 99


async def test_a_refill_is_taken_from_the_free_chips_of_the_address_too(store: Store) -> None:
    await grants(store, "bcdefghij", HOME, START_MS)
    await store.accounts.open(ANN, 10, START_MS)
    terms: dict[str, Any] = {"below": 50, "due_ms": START_MS, "at_ms": START_MS + 1}

    refilled = await store.accounts.refill(ANN, to=110, allowance=HOME, **terms)
    assert refilled == Refill(100)
    await store.save([change(chips=110, transfers=(brings("ann", 110, 1),))])
    terms |= {"due_ms": START_MS + 1, "at_ms": START_MS + 2, "besides": [T1]}
    used_up = await store.accounts.refill(ANN, to=110, allowance=HOME, **terms)

    assert used_up == Refill(0, "allowance")
    assert await balance(store, ANN) == 0
    assert await store.accounts.refill(ANN, to=110, **terms) == Refill(110)


async def test_a_history_is_read_in_pages_from_the_newest_on(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    for seq in range(1, 6):
        move = brings("ann", seq, seq)
        chips = sum(range(1, seq + 1))
        await store.save([change("t1", seq - 1, seq, chips=chips, transfers=(move,))])

    first = await store.accounts.history(ANN, None, 4)
    rest = await store.accounts.history(ANN, first[-1].id, 4)

    assert [line.amount for line in first] == [-5, -4, -3, -2]
    assert [line.amount for line in rest] == [-1, 100]
    assert isinstance(first[0], Booked)
    assert first[0].at_ms == START_MS
    assert await store.accounts.history(ANN, rest[-1].id, 4) == []


async def test_a_history_tells_nothing_of_others(store: Store) -> None:
    await store.accounts.open(ANN, 100, START_MS)
    await store.accounts.open(BEN, 100, START_MS)
    moves = (brings("ann", 10, 1), brings("ben", 20, 2))
    await store.save([change(version=2, chips=30, transfers=moves)])

    assert [line.amount for line in await store.accounts.history(BEN, None, 9)] == [-20, 100]


async def test_a_closed_table_is_neither_listed_nor_loaded(store: Store) -> None:
    await store.save([change()])
    await store.save([change("t1", 1, 2, status="closed")])

    assert await store.games() == []
    assert await store.claim(T1) is None
    assert await store.claim_many([T1]) == {}
    assert await store.idle(START_MS + 1, 10) == []


async def test_a_table_in_quarantine_is_set_aside_and_can_be_looked_at(store: Store) -> None:
    await store.save([change(version=3), change("t2")])

    for other in (Position(3, 7), Position(2, 1)):
        await store.quarantine(T1, other)
    assert len(await store.games()) == 2
    await store.quarantine(T1, Position(3, 1))

    assert [game.table for game in await store.games()] == [T2]
    assert await store.claim(T1) is None
    stored = await store.look(T1)
    assert stored is not None
    assert (stored.version, stored.epoch, stored.log_seq) == (3, 1, 3)


async def test_many_tables_are_claimed_at_once_like_one(store: Store) -> None:
    await store.save([change(version=3), change("t2", version=2)])

    many = await store.claim_many([T1, T2, TableId("unknown")])

    assert set(many) == {T1, T2}
    one = await store.claim(T1)
    assert one is not None
    assert one == many[T1]._replace(epoch=3, branch=one.branch)


async def test_idle_tables_are_those_that_changed_longest_ago(store: Store) -> None:
    for number in range(4):
        await store.save([change(f"t{number}", at_ms=START_MS + number)])

    assert await store.idle(START_MS + 2, 10) == ["t0", "t1"]
    assert await store.idle(START_MS + 99, 1) == ["t0"]


async def test_above_a_bound_accounts_in_memory_with_nothing_but_their_grant_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_accounts, "MAX_ACCOUNTS", 6)
    accounts = MemoryAccounts()

    async def opened(name: str) -> int:
        return (await accounts.open(PlayerId(name), 1_000, START_MS)).balance

    for name in ("at_a_table", "refilled", "looked_at", "gone"):
        await opened(name)
    accounts.book({T1: (brings("at_a_table", 400, 1),)})
    assert (
        await accounts.refill(
            PlayerId("refilled"), to=2_000, below=2_000, due_ms=START_MS, at_ms=START_MS
        )
    ).chips
    await opened("looked_at")
    for number in range(2):
        await opened(f"new_{number}")
    assert set(accounts._balances) == {
        "house",
        *(f"player:{one}" for one in ("at_a_table", "refilled", "looked_at", "new_0", "new_1")),
    }

    for number in range(20):
        await opened(f"newer_{number}")
    assert len(accounts._balances) == 6
    assert len(accounts._refilled_ms) == len(accounts._history) == 5
    assert await opened("at_a_table") == 600
    assert await opened("refilled") == 2_000
    assert sum(accounts._balances.values()) == -400, "the rest is at the table"
    # It is as if nothing had been.
    assert await opened("gone") == 1_000
    assert await accounts.history(PlayerId("gone"), None, 9)


async def test_accounts_in_memory_that_moved_chips_are_kept_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory_accounts, "MAX_ACCOUNTS", 2)
    accounts = MemoryAccounts()
    for number in range(5):
        await accounts.open(PlayerId(f"p{number}"), 1_000, START_MS)
        accounts.book({T1: (brings(f"p{number}", 400, number + 1),)})
    kept = [await accounts.open(PlayerId(f"p{number}"), 9, START_MS) for number in range(5)]
    assert [account.balance for account in kept] == [600] * 5
