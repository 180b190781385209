"""A table that a server gives to another one, whatever dies in between; and what the dead leave."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere, StoreUnavailable
from pokerws.storage.postgres import owners
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.store import Change, Claimed, Position
from tests.storage.changes import change
from tests.storage.postgres.conftest import Server, a_server

T1 = TableId("t1")


@pytest.fixture
async def third(database_url: str) -> AsyncIterator[Server]:
    # It has the name of the first, as a twin would.
    async with a_server(database_url, "poker-1") as server:
        yield server


async def give(giver: Server, taker: Server, version: int = 1, epoch: int = 1) -> bool:
    return await giver.store.giving.give(T1, Position(version, epoch), taker.tenure.id)


async def given(giver: Server, taker: Server) -> None:
    giver.tenure.runs_ahead = False
    giver.tenure.begin_again()
    await giver.lease.renew()
    giver.tenure.is_patient = False
    assert await giver.store.save([change("t1")]) == {T1}
    assert await give(giver, taker)


async def claim(server: Server, epoch: int = 2) -> Claimed:
    claimed = await server.store.claim(T1)
    assert claimed is not None
    assert claimed.epoch == epoch
    return claimed


async def end(operator: Connection, server: Server) -> None:
    assert await operator.fetchval(owners.END, server.tenure.id, "process gone") is not None


async def owned_by(server: Server, holder: Server) -> None:
    """That `server` may not claim the table, and is told who holds it."""
    with pytest.raises(OwnedElsewhere) as refused:
        await server.store.claim(T1)
    assert refused.value.incarnation == holder.tenure.id
    assert refused.value.is_alive


async def test_only_the_taker_may_claim_and_viewers_keep_their_branch(
    first: Server, second: Server, third: Server
) -> None:
    await given(first, second)
    await owned_by(first, second)
    await owned_by(third, second)
    holder = await first.store.giving.holder(T1)
    assert holder == ("poker-2", second.tenure.id, True)

    claimed = await claim(second)

    assert claimed.branch == 1
    assert await first.store.save([change("t1", 1)]) == set()
    assert await second.store.save([change("t1", 1, epoch=2)]) == {T1}
    await owned_by(first, second)


async def test_lists_show_what_is_stored_of_open_tables(first: Server, second: Server) -> None:
    await first.store.save([change("t1"), change("t2")])
    assert await first.store.save([replace(change("t2", 1), status="closed")]) == {"t2"}
    stored = change("t1")
    assert await second.store.giving.listed([T1, TableId("t2"), TableId("none")]) == {
        T1: (stored.status, stored.players, stored.hand_number)
    }


async def test_a_late_write_of_the_giver_is_read_or_kept_out(first: Server, second: Server) -> None:
    await given(first, second)
    assert await first.store.save([change("t1", 1)]) == {T1}
    assert (await claim(second)).version == 2
    assert await first.store.save([change("t1", 2)]) == set()


async def test_a_giver_that_is_killed_after_it_has_given_leaves_the_table_to_the_taker(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    await given(first, second)
    await end(operator, first)

    assert await third.store.giving.holders_gone() == []
    await owned_by(third, second)
    # The taker finds it, even if nobody has told it; at the first look it may just be loading it.
    assert await second.store.giving.holders_gone() == []
    assert await second.store.giving.holders_gone() == [second.tenure.id]
    assert (await claim(second)).branch == 1
    assert await second.store.giving.holders_gone() == []


async def test_a_taker_that_is_killed_before_it_claims_leaves_the_table_to_the_giver_too(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    await given(first, second)
    await end(operator, second)
    assert await third.store.giving.holders_gone() == [second.tenure.id]
    again = await first.store.claim(T1, above_epoch=1)
    assert again is not None
    assert again.branch == 1
    await owned_by(third, first)


async def test_after_both_are_killed_anybody_may_claim(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    await given(first, second)
    await end(operator, second)
    await end(operator, first)
    assert (await claim(third)).branch == 1
    assert await operator.fetchval("SELECT given_to FROM games") is None


async def test_a_table_is_given_once_and_only_to_a_living_server(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    await given(first, second)
    assert not await give(first, third)
    assert await give(first, second)
    await claim(second)
    assert not await give(first, third)
    assert not await give(second, third, version=2, epoch=2)
    await end(operator, third)
    assert not await give(second, third, epoch=2)
    assert await give(second, first, epoch=2)
    assert (await claim(first, epoch=3)).branch == 1


async def test_what_is_given_to_a_server_that_is_just_ended_is_found(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    assert await first.store.save([change("t1")]) == {T1}
    await end(operator, second)
    assert await third.store.giving.holders_gone() == []
    await operator.execute("UPDATE games SET given_to = $1", second.tenure.id)
    assert await third.store.giving.holders_gone() == [second.tenure.id]
    claimed = await third.store.giving.claim_left([second.tenure.id], 10, active=True)
    assert list(claimed) == [T1]


async def test_an_owner_that_ended_long_ago_and_left_nothing_is_not_looked_for_again(
    first: Server, second: Server, operator: Connection
) -> None:
    await end(operator, first)
    assert await second.store.giving.holders_gone() == []
    await operator.execute(
        "UPDATE owners SET ended_at = now() - interval '11 seconds' WHERE ended_at IS NOT NULL"
    )
    assert await second.store.giving.holders_gone() == []
    assert second.store.giving._settled == {first.tenure.id}


async def test_an_older_copy_begins_a_new_branch(
    first: Server, second: Server, operator: Connection
) -> None:
    await given(first, second)
    await operator.execute("UPDATE owners SET timeline = 'another'")
    assert (await claim(second)).branch > 1


def playing(
    number: int, status: Literal["waiting", "active"] = "active", players: int = 2
) -> Change:
    return change(f"t{number:04}", status=status, players=players)


async def test_two_servers_share_what_a_dead_one_leaves_and_hands_come_first(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    await first.store.save([playing(number) for number in range(90)])
    await first.store.save([playing(number, "waiting") for number in range(100, 110)])
    await first.store.save([playing(200, "waiting", 0)])
    await operator.execute(
        "UPDATE owners SET lease_until = now() - interval '1 second' WHERE incarnation = $1",
        first.tenure.id,
    )

    async def take(server: Server) -> list[list[TableId]]:
        holders = await server.store.giving.holders_gone()
        assert holders == [first.tenure.id]
        chunks = []
        for active in (True, False):
            while True:
                found = await server.store.giving.claim_left(holders, 7, active=active)
                assert all(claimed.epoch == 2 for claimed in found.values())
                if not found:
                    break
                chunks.append(list(found))
        return chunks

    both = await asyncio.gather(take(second), take(third))

    every = [table for chunks in both for chunk in chunks for table in chunk]
    assert len(every) == len(set(every)) == 100
    assert all(chunks for chunks in both), "they share the work"
    for server, chunks in zip((second, third), both, strict=True):
        own = [table for chunk in chunks for table in chunk]
        stored = await server.store.positions(own)
        assert {at.owner for at in stored.values()} == {server.tenure.id}
        assert own == sorted(own, key=lambda table: table >= "t0100")
    assert await second.store.giving.holders_gone() == []
    # An empty table waits until somebody asks for it.
    assert await second.store.claim(TableId("t0200")) is not None


async def test_nobody_is_ended_while_the_database_may_have_been_away_for_all(
    first: Server, second: Server, operator: Connection
) -> None:
    await first.store.save([playing(1)])
    expired = "UPDATE owners SET lease_until = now() - interval '1 second' WHERE incarnation = $1"
    await operator.execute(expired, first.tenure.id)
    second.tenure.is_patient = True
    assert await second.store.giving.holders_gone() == []
    second.tenure.is_patient = False
    assert await second.store.giving.holders_gone() == [first.tenure.id]
    second.tenure.is_registered = False
    with pytest.raises(StoreUnavailable):
        await second.store.giving.holders_gone()


async def test_nodes_are_those_that_have_not_ended(
    first: Server, second: Server, operator: Connection
) -> None:
    await given(first, second)
    await operator.execute(
        "UPDATE owners SET ended_at = now() WHERE node = 'poker-1' AND incarnation <> $1",
        first.tenure.id,
    )
    found = await second.store.giving.nodes()
    assert [(node.node, node.incarnation, node.tables) for node in found] == [
        ("poker-1", first.tenure.id, 0),
        ("poker-2", second.tenure.id, 1),
    ]
    assert 0 < found[0].lease_left_s <= 3600


async def test_who_ended_is_told_of_those_asked_for_and_of_all_lately(
    first: Server, second: Server, third: Server, operator: Connection
) -> None:
    giving = third.store.giving
    assert await giving.ended([first.tenure.id, second.tenure.id]) == []
    await end(operator, first)
    assert await giving.ended([second.tenure.id]) == [first.tenure.id]
    await operator.execute(
        "UPDATE owners SET ended_at = ended_at - interval '121 seconds' WHERE incarnation = $1",
        first.tenure.id,
    )
    assert await giving.ended([second.tenure.id]) == []
    assert await giving.ended([first.tenure.id]) == [first.tenure.id]
