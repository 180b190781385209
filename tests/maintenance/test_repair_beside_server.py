"""Repairs beside a server that has the table, or had it, or comes to have it."""

import pytest

from pokerws.game.state import TableId
from pokerws.maintenance.errors import RepairError
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from tests.maintenance.repairs import LAST, NO_SNAPSHOT, Repairs, owed, state
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.stored_house import house_on
from tests.storage.played import play_a_game


async def test_a_server_that_set_a_table_aside_plays_on_with_it_after_the_repair(
    repairs: Repairs,
) -> None:
    clock = ManualClock()
    store = await PostgresStore.open(address_of(repairs.url))
    async with house_on(store, clock) as house:
        actor = await house.open_hand()
        table, was, seq = actor.table.id, actor.table, actor.table.seq
        house.lobby.outcomes.fenced(table)
        await repairs.operator.execute(NO_SNAPSHOT)
        with pytest.raises(Exception, match="table_quarantined"):
            await house.lobby.find(table)
        assert await repairs.status() == "quarantined"

        await repairs("restore", game=table)

        found = await house.lobby.find(table)
        assert state(found.table) == state(was)
        assert found.table.seq > seq
        assert found.epoch > actor.epoch
        for _ in range(30):
            house.act(found)
            # No hand is dealt before the cards of the last one are stored.
            await house.written()
        assert found.table.hand_number > was.hand_number
    await store.close()
    await repairs.holds_together()


async def test_a_restored_hand_is_cancelled_if_players_have_seen_more_of_its_cards(
    repairs: Repairs,
) -> None:
    """The end of the log is lost: the cards that came then are dealt again by the same deck."""
    await play_a_game(repairs.url, hands=1)
    await repairs.damage(NO_SNAPSHOT, f"DELETE FROM game_events WHERE seq > {LAST} - 3")
    assert "its hand is cancelled: players may have seen more of its cards" in await repairs()
    await repairs("restore")
    restored = await repairs.table()
    assert restored.hand is not None

    store = await PostgresStore.open(address_of(repairs.url))
    async with house_on(store, ManualClock()) as house:
        found = await house.lobby.find(TableId("t1"))
        assert found.table.hand is None
        assert found.table.chips == restored.chips
        await house.written()
    await store.close()
    await repairs.holds_together()


async def test_a_repair_leaves_it_to_the_next_owner_whether_an_earlier_one_has_shown_more(
    repairs: Repairs,
) -> None:
    await play_a_game(repairs.url, hands=1)
    await repairs.damage(NO_SNAPSHOT, "UPDATE games SET doubted_owners = ARRAY['gone']")
    await repairs("restore")

    doubted = await repairs.operator.fetchval("SELECT doubted_owners FROM games")
    assert doubted == ["gone"]


async def test_another_server_lists_a_repaired_table_with_its_next_listing(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=1)
    await repairs.damage(NO_SNAPSHOT)
    store = await PostgresStore.open(address_of(repairs.url))
    async with house_on(store, ManualClock()) as house:
        assert house.lobby.summaries() == []
        await repairs("restore")
        house.clock.advance(30_000)
        await house.upkeep.look()
        assert [summary.table for summary in house.lobby.summaries()] == ["t1"]
        found = await house.lobby.find(TableId("t1"))
        assert state(found.table) == state(played.actor.table)
    await store.close()


async def test_a_server_whose_healthy_table_was_refunded_closes_its_viewers(
    repairs: Repairs,
) -> None:
    store = await PostgresStore.open(address_of(repairs.url))
    async with house_on(store, ManualClock()) as house:
        actor = await house.open_hand()
        table = actor.table.id
        viewer = FakeViewer("eve")
        actor.watchers[viewer] = None
        before = await repairs.balances()
        owing = owed(actor.table)
        with pytest.raises(RepairError, match="it is active and not in quarantine"):
            await repairs("restore", game=table)

        await repairs("refund", game=table)
        house.act(actor)
        await house.written()

        assert viewer.moved_tables == [table]
        seen = len(viewer.frames)
        house.clock.advance(60_000)
        await house.written()
        assert len(viewer.frames) == seen
        assert actor.stopped
        with pytest.raises(Exception, match="unknown_table"):
            await house.lobby.find(table)
        assert house.lobby.summaries() == []
        after = await repairs.balances()
        assert all(after[account] == before[account] + owing[account] for account in owing)
    await store.close()
    await repairs.holds_together()
