"""Servers that take over the tables of a dead one, over a real Postgres."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import asyncpg
import pytest

from pokerws.game.state import TableId
from pokerws.server.background import orphans as module
from pokerws.server.background.orphans import Orphans
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.store import Claimed
from tests.server.fakes import ManualClock
from tests.server.stored_house import CONFIG
from tests.server.tables.lobby.test_handing_over import Node, a_node, watch

EXPIRE = "UPDATE owners SET lease_until = now() - interval '1 second' WHERE incarnation = $1"
TABLES = 12


@pytest.fixture
async def nodes(database_url: str) -> AsyncIterator[tuple[Node, Node, Node]]:
    clock = ManualClock()
    async with (
        a_node(database_url, "one", clock) as one,
        a_node(database_url, "two", clock) as two,
        a_node(database_url, "two", clock) as twin,
    ):
        yield one, two, twin


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def taking(node: Node) -> Orphans:
    return Orphans(node.house.lobby, node.server.store.giving)


def let_claim_in_turn(node: Node, both: asyncio.Barrier, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its first claim a server waits for that of the other."""
    store, waits = node.server.store.giving, iter((both.wait,))
    claim = store.claim_left

    async def claim_left(
        holders: list[str], limit: int, *, active: bool
    ) -> Mapping[TableId, Claimed]:
        claims = await claim(holders, limit, active=active)
        for wait in waits:
            await wait()
        return claims

    monkeypatch.setattr(store, "claim_left", claim_left)


async def test_hands_of_a_dead_server_go_on_at_two_others_without_being_asked_for(
    nodes: tuple[Node, Node, Node], operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    one, two, twin = nodes
    for _ in range(TABLES):
        await one.house.open("ann", "ben")
    one.house.clock.advance(CONFIG.next_hand_delay_ms)
    await one.house.written()
    seated = (await one.house.open("ann")).table.id
    empty = (await one.house.open()).table.id
    branches = {actor.table.id: actor.branch for actor in one.house.lobby.actors()}
    sleeper, viewer = one.house.lobby.actors()[0], one.house.viewers["cleo"]
    watch(one.house, sleeper, "cleo")
    await one.house.written()
    # It sleeps past its lease.
    await operator.execute(EXPIRE, one.id)

    both = asyncio.Barrier(2)
    for node in (two, twin):
        let_claim_in_turn(node, both, monkeypatch)

    taken = await asyncio.gather(taking(two).look(), taking(twin).look())

    assert sum(taken) == TABLES + 1
    assert all(taken), "they share the work"
    found = [*two.house.lobby.actors(), *twin.house.lobby.actors()]
    assert {actor.table.id for actor in found} == branches.keys() - {empty}
    assert len(found) == TABLES + 1
    assert all(actor.branch == branches[actor.table.id] for actor in found)
    stands = next(actor for actor in found if actor.table.id == seated)
    assert stands.table.players == 1
    # Nobody is there: the clocks decide.
    before = {actor.table.id: actor.table.seq for actor in found}
    # A change that waits for so long would be an outage.
    await two.house.written()
    await twin.house.written()
    two.house.clock.advance(100_000)
    went_on = {actor.table.id for actor in found if actor.table.seq > before[actor.table.id]}
    assert went_on == branches.keys() - {empty, seated}
    await two.house.written()
    await twin.house.written()
    assert (await two.house.lobby.find(empty)).branch == branches[empty]

    # It wakes up, and its clocks ring too: its writes change nothing, and all of it is dropped.
    await one.house.written()
    assert viewer.moved_tables == [sleeper.table.id]
    assert not await one.server.lease.renew()
    one.house.lobby.outcomes.fenced_all()
    assert one.house.lobby.actors() == []
    one.server.tenure.begin_again()
    assert await one.server.lease.renew()
    assert await taking(one).look() == 0


async def test_a_table_that_was_not_listed_here_yet_is_taken_and_listed(
    nodes: tuple[Node, Node, Node], operator: Connection
) -> None:
    one, two, _ = nodes
    actor = await one.house.open("ann")
    assert two.house.lobby.tables_listed == 0
    await operator.execute(EXPIRE, one.id)
    assert await taking(two).look() == 1
    taken = two.house.lobby.live(actor.table.id)
    assert taken is not None
    assert taken.branch == actor.branch
    assert [row.table for row in two.house.lobby.summaries()] == [actor.table.id]


async def test_who_asks_for_a_table_that_is_being_taken_over_waits_for_it(
    nodes: tuple[Node, Node, Node], operator: Connection
) -> None:
    one, two, _ = nodes
    table = (await one.house.open_hand()).table.id
    await two.house.lobby.list_stored()
    await operator.execute(EXPIRE, one.id)
    giving = two.server.store.giving
    claims = await giving.claim_left(await giving.holders_gone(), TABLES, active=True)

    _, actor = await asyncio.gather(two.house.lobby.take(claims), two.house.lobby.find(table))

    assert actor is two.house.lobby.live(table)
    assert actor.epoch == claims[table].epoch, "it was claimed twice"


async def test_a_given_table_is_taken_even_if_nobody_tells_the_taker(
    nodes: tuple[Node, Node, Node],
) -> None:
    one, two, twin = nodes
    actor = await one.house.open_hand()
    await one.handing_over.give(actor.table.id, two.id)
    looking = taking(two)
    assert await taking(twin).look() == await taking(twin).look() == 0
    # At first, somebody may just be loading it.
    assert await looking.look() == 0
    assert await looking.look() == 1
    taken = two.house.lobby.live(actor.table.id)
    assert taken is not None
    assert taken.branch == actor.branch


async def test_a_table_that_cannot_be_loaded_at_once_is_loaded_later(
    nodes: tuple[Node, Node, Node], operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, _ = nodes
    table = (await one.house.open_hand()).table.id
    await operator.execute(EXPIRE, one.id)
    looking = taking(two)

    async def away(_: object) -> dict[TableId, Claimed]:
        raise StoreUnavailable("the connection was lost")

    with monkeypatch.context() as patch:
        patch.setattr(two.house.lobby, "take", away)
        with pytest.raises(StoreUnavailable):
            await looking.look()
    assert two.house.lobby.live(table) is None
    assert await looking.look() == 0
    assert two.house.lobby.live(TableId(table)) is not None


async def test_the_task_goes_on_after_outages_and_bugs(
    nodes: tuple[Node, Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, two, _ = nodes
    third = asyncio.Event()
    answers = iter([StoreUnavailable("away"), ValueError("a bug")])

    async def gone() -> list[str]:
        if (error := next(answers, None)) is not None:
            raise error
        third.set()
        return []

    monkeypatch.setattr(two.server.store.giving, "holders_gone", gone)
    looking = Orphans(two.house.lobby, two.server.store.giving, interval_s=0)
    looking.start()
    await third.wait()
    await looking.stop()


async def test_it_looks_when_a_lease_ends_and_otherwise_once_a_second(
    nodes: tuple[Node, Node, Node], operator: Connection
) -> None:
    one, two, twin = nodes
    looking = taking(two)
    for lease, least_s, most_s in (
        ("3 seconds", module.INTERVAL_S, module.INTERVAL_S),
        ("0.5 seconds", 0.1, 0.5 + module.MARGIN_S),
        # It may be renewed yet.
        ("-1 seconds", module.INTERVAL_S, module.INTERVAL_S),
    ):
        until = f"UPDATE owners SET lease_until = now() + interval '{lease}' WHERE incarnation = $1"
        await operator.execute(until, one.id)
        # Nobody waits for the own one.
        await operator.execute(until, two.id)
        await operator.execute(until.replace(lease, "3 seconds"), twin.id)
        assert least_s <= await looking.pause_s() <= most_s
    await operator.execute("UPDATE owners SET ended_at = now() WHERE incarnation <> $1", two.id)
    assert await looking.pause_s() == module.INTERVAL_S
