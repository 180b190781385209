"""A table in play that one server gives to another, over a real Postgres."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.messages import PreAct, Refused, Watch
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.moving import handing_over
from pokerws.server.tables.lobby.moving.handing_over import HandingOver
from pokerws.storage.errors import StoreUnavailable
from tests.server.fakes import ManualClock
from tests.server.stored_house import StoredHouse
from tests.storage.postgres.conftest import Server, a_server


class Node:
    """A server with a lobby."""

    def __init__(self, server: Server, house: StoredHouse) -> None:
        self.server = server
        self.house = house
        self.handing_over = HandingOver(house.lobby, house.journal, server.store.giving)

    @property
    def id(self) -> str:
        return self.server.tenure.id


@asynccontextmanager
async def a_node(url: str, name: str, clock: ManualClock) -> AsyncIterator[Node]:
    async with a_server(url, name) as server:
        server.tenure.runs_ahead = False
        server.tenure.begin_again()
        await server.lease.renew()
        server.tenure.is_patient = False
        house = StoredHouse(server.store, clock, durable=True)
        house.journal.start()
        await house.lobby.start()
        try:
            yield Node(server, house)
        finally:
            house.lobby.stop()
            await house.journal.stop(10)


@pytest.fixture
async def nodes(database_url: str) -> AsyncIterator[tuple[Node, Node]]:
    clock = ManualClock()
    async with a_node(database_url, "one", clock) as one, a_node(database_url, "two", clock) as two:
        yield one, two


def watch(house: StoredHouse, actor: TableActor, name: str, seq: int | None = None) -> list[bytes]:
    viewer = house.viewers[name]
    viewer.frames.clear()
    epoch = None if seq is None else actor.branch
    actor.watch(viewer, Watch("w", actor.table.id, seq, epoch))
    return viewer.frames


def codes(frames: list[bytes]) -> list[object]:
    return [msgspec.json.decode(frame).get("code") for frame in frames]


def seqs(frames: list[bytes]) -> list[int]:
    found = [msgspec.json.decode(frame) for frame in frames]
    return [
        frame["seq"] + n
        for frame in found
        if frame["type"] == "events"
        for n in range(len(frame["events"]))
    ]


async def test_a_hand_goes_on_at_the_taker_and_viewers_miss_nothing(
    nodes: tuple[Node, Node], record_property: Callable[[str, object], None]
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    table = actor.table.id
    frames = watch(one.house, actor, "cleo")
    await one.house.written()
    one.house.act(actor)
    state = actor.table

    began_s = time.perf_counter()
    given = await one.handing_over.give(table, two.id)
    ((viewer, place),) = given.watches.items()
    assert viewer is one.house.viewers["cleo"]
    assert given.seq == state.seq == place.after_seq
    assert place.epoch == actor.branch
    # The change that was held is shown first, and nothing about the move.
    assert seqs(frames)[-1] == given.seq
    assert one.house.viewers["cleo"].moved_tables == []
    assert one.house.lobby.live(table) is None
    with pytest.raises(Refused, match="two") as refused:
        await one.house.lobby.find(table)
    assert refused.value.code == "owned_elsewhere"

    taken = await two.house.lobby.find(table)
    await two.house.written()
    record_property("silence_ms", round(1000 * (time.perf_counter() - began_s), 1))
    assert taken.branch == actor.branch
    assert taken.table.hand is not None
    missed = watch(two.house, taken, "cleo", given.seq)
    await two.house.written()
    assert "snapshot" not in {msgspec.json.decode(frame)["type"] for frame in missed}
    assert seqs(missed) == list(range(given.seq + 1, taken.table.seq + 1))
    two.house.act(taken)
    await two.house.written()
    assert taken.stored_seq == taken.table.seq > given.seq


async def test_pre_actions_go_with_the_table_and_their_players_are_told(
    nodes: tuple[Node, Node],
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    table, hand = actor.table.id, actor.table.hand
    assert hand is not None
    assert hand.turn is not None
    acting = hand.turn.seat
    first, waiting = (
        seat.player
        for _, seat in sorted(enumerate(actor.table.seats), key=lambda one: one[0] != acting)
        if seat is not None
    )
    wish = PreAct("p", table, hand.number, "fold")
    actor.pre_actions.accept(waiting, wish)()
    given = await one.handing_over.give(table, two.id)
    assert [one.player for one in given.wishes] == [waiting]
    # It holds no longer, since the round is another one; that is told, too.
    stale = replace(given.wishes[0], street=3)

    taken = await two.house.lobby.find(table)
    frames = watch(two.house, taken, waiting, given.seq)
    taken.pre_actions.take_over([*given.wishes, stale])
    taken.arm()
    await two.house.written()
    told = [msgspec.json.decode(one) for one in frames]
    held = [one for one in told if one["type"] == "pre_action"]
    assert [(one.get("action"), one.get("reason")) for one in held] == [
        ("fold", None),
        (None, "round_over"),
    ]
    call = commands.Act(first, hand.turn.number, "call")
    taken.handle(two.house.viewers[first], "c", call)
    assert taken.table.hand is not None
    # Long before the turn is over.
    two.house.clock.advance(2_000)
    assert taken.table.hand is None, "the server has folded in the player's place"


async def test_a_table_goes_back_and_forth(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    table, branch = actor.table.id, actor.branch
    for giver, taker in ((one, two), (two, one), (one, two)):
        await giver.handing_over.give(table, taker.id)
        actor = await taker.house.lobby.find(table)
        assert actor.branch == branch
        taker.house.act(actor)
        await taker.house.written()


async def test_commands_in_between_are_refused_as_retryable_and_the_clock_stands(
    nodes: tuple[Node, Node],
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    table, seq = actor.table.id, actor.table.seq
    viewer = one.house.viewers["ann"]
    giving = asyncio.create_task(one.handing_over.give(table, two.id))
    await asyncio.sleep(0)
    viewer.frames.clear()
    one.house.clock.advance(1_000_000)
    actor.handle(viewer, "x", commands.Stand(viewer.player))
    assert actor.table.seq == seq
    with pytest.raises(Refused, match="given away"):
        await one.handing_over.give(table, two.id)
    await giving
    assert codes(viewer.frames) == ["table_unavailable"]


async def test_a_table_stays_if_the_taker_has_ended(nodes: tuple[Node, Node]) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    frames = watch(one.house, actor, "cleo")
    gone = two.id
    await two.server.lease.give_up()
    with pytest.raises(Refused, match="has ended"):
        await one.handing_over.give(actor.table.id, gone)
    assert one.house.lobby.live(actor.table.id) is actor
    one.house.act(actor)
    await one.house.written()
    assert seqs(frames)[-1] == actor.table.seq == actor.stored_seq


async def test_a_table_stays_if_the_database_is_away_before_it_is_given(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    turn = actor.table.hand and actor.table.hand.turn

    async def away(*_: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr(one.house.journal, "flush", away)
        with pytest.raises(Refused, match="cannot be reached"):
            await one.handing_over.give(actor.table.id, two.id)
    assert actor.table.hand is not None
    assert turn is not None
    one.house.act(actor)
    await one.house.written()
    # The clock runs again.
    seq = actor.table.seq
    one.house.clock.advance(1_000_000)
    assert actor.table.seq > seq


@pytest.mark.parametrize("happened", ["given", "not given"])
async def test_after_an_unknown_outcome_the_row_decides(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch, happened: str
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    frames = watch(one.house, actor, "cleo")
    table, real = actor.table.id, one.server.store.giving.give

    async def unknown(*what: object) -> bool:
        if happened == "given":
            assert await real(*what)  # type: ignore[arg-type]
        raise StoreUnavailable("the connection was lost")

    monkeypatch.setattr(one.server.store.giving, "give", unknown)
    if happened == "given":
        given = await one.handing_over.give(table, two.id)
        assert list(given.watches) == [one.house.viewers["cleo"]]
        assert (await two.house.lobby.find(table)).branch == actor.branch
    else:
        with pytest.raises(Refused, match="was not given away"):
            await one.handing_over.give(table, two.id)
        assert codes(frames)[-1] == "table_failed"
        again = one.house.lobby.live(table)
        assert again is not None
        assert again.branch == actor.branch
        one.house.act(again)
        await one.house.written()
        assert again.stored_seq == again.table.seq


async def test_while_the_database_is_away_after_an_unknown_outcome_nothing_is_played(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    frames = watch(one.house, actor, "cleo")
    table = actor.table.id

    async def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("the connection was lost")

    with monkeypatch.context() as patch:
        patch.setattr(handing_over, "BETWEEN_S", 0.0)
        patch.setattr(one.server.store.giving, "give", away)
        patch.setattr(one.server.store, "claim", away)
        with pytest.raises(Refused, match="was not given away"):
            await one.handing_over.give(table, two.id)
    assert codes(frames)[-1] == "table_failed"
    assert actor.stopped
    assert one.house.lobby.live(table) is None
    assert (await one.house.lobby.find(table)).branch == actor.branch


async def test_a_caller_that_is_cancelled_does_not_stop_it_half_way(
    nodes: tuple[Node, Node], database_url: str
) -> None:
    one, two = nodes
    actor = await one.house.open_hand()
    giving = asyncio.create_task(one.handing_over.give(actor.table.id, two.id))
    await asyncio.sleep(0)
    giving.cancel()
    task = one.handing_over.of(actor.table.id)
    assert task is not None
    await task
    operator = await asyncpg.connect(database_url)
    assert await operator.fetchval("SELECT given_to FROM games") == two.id
    await operator.close()
