"""Statistics are those of the finished hands: the same from the log, from memory, after a crash."""

import asyncio
import random
from collections import defaultdict
from typing import Any

import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.hand_histories.statistics import Counts, counts_of
from pokerws.messages import JSON, GetStats, PlayerStats, Stats
from pokerws.server.auth.identity import Identity
from pokerws.server.tables.hands import log_hands, visits
from pokerws.server.tables.hands import past_hands as past_hands_module
from pokerws.server.tables.hands.past_hands import PastHands, everybody
from pokerws.server.tables.hands.statistics import SESSION_GAP_MS, Tally
from pokerws.server.tables.hands.summaries import Finished
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from tests.server.fakes import FakeViewer, ManualClock, memory_hands
from tests.server.in_process import Client, open_context, read
from tests.server.resumed import CONFIG, PLAYERS, SPECTATORS, Playing, memory_lobby, stored_events
from tests.server.sessions.test_get_hand import hands_in
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse, house_on
from tests.server.tables.hands.listed import pages_of, played_at

ANN = PLAYERS[0]
Sums = dict[PlayerId, Counts]


def past_hands_of(house: StoredHouse) -> PastHands:
    return PastHands(house.lobby, house.store, house.journal)


def nobody(table: Table) -> bool:
    return False


async def of_table(past: PastHands, table: TableId, hands: int = 1_000) -> Stats:
    return await past.statistics(GetStats("s", table, hands=hands), ANN, everybody, everybody)


async def of_player(past: PastHands, player: PlayerId, hands: int = 1_000) -> Stats:
    return await past.statistics(GetStats("s", hands=hands), player, everybody, nobody)


def sums_of(stats: Stats) -> Sums:
    return {
        one.player: Counts(*(getattr(one, field) for field in Counts._fields))
        for one in stats.players
        if one.hands
    }


async def counted(house: StoredHouse, playing: Playing, latest: int = 1_000) -> Sums:
    """The sums of the table's latest hands, from its whole log."""
    sums: Sums = defaultdict(Counts)
    hands = hands_in(await stored_events(house, playing.actor))
    found = [counts_of(events) for _, events in hands.values()]
    for counts in [one for one in reversed(found) if one is not None][:latest]:
        for player, more in counts.players.items():
            sums[player] = sums[player].plus(more)
    return dict(sums)


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few events a read, so that hands are cut apart and searches go on."""
    monkeypatch.setattr(log_hands, "PAGE", 7)
    monkeypatch.setattr(visits, "SEARCH_EVENTS", 11)
    monkeypatch.setattr(visits, "SEARCHES", 1_000)
    monkeypatch.setattr(past_hands_module, "STATS_READS", 10_000)
    monkeypatch.setattr(past_hands_module, "MAX_HANDS_SIZE", 3)


async def check(house: StoredHouse, playing: list[Playing]) -> None:
    """Tables and players have the sums that the logs have."""
    past, everything = past_hands_of(house), defaultdict(list)
    for one in playing:
        table = one.actor.table.id
        stats = await of_table(past, table)
        assert sums_of(stats) == await counted(house, one)
        played = await played_at(house.store, table)
        for hand in played:
            for player, net in hand.nets.items():
                everything[player].append(net)
    for player in PLAYERS:
        (mine,) = (stats := await of_player(past, player)).players
        # A cancelled hand changes no stack.
        assert mine.net == sum(everything[player]) == sum(one.net for one in stats.sessions)
        assert mine.hands == sum(one.hands for one in stats.sessions)
        assert mine.hands <= len(everything[player])


@pytest.mark.usefixtures("small_reads")
async def test_sums_of_tables_and_players_are_those_of_the_log(house: StoredHouse) -> None:
    playing = [await Playing.begin(house, seed) for seed in (6, 7)]
    rng = random.Random(1)
    for _ in range(250):
        rng.choice(playing).step()
        await house.written()
    await check(house, playing)


async def test_they_are_the_same_in_postgres_after_the_server_was_lost_in_a_hand(
    database_url: str,
) -> None:
    clock = ManualClock()
    store = await PostgresStore.open(address_of(database_url))
    try:
        async with house_on(store, clock) as house:
            playing = await Playing.begin(house, 6)
            await playing.steps(150)
            while playing.actor.table.hand is None:
                await playing.steps(1)
            table = playing.actor.table.id
            before = await of_table(past_hands_of(house), table)
            mine = await of_player(past_hands_of(house), ANN)
            assert sums_of(before) == await counted(house, playing)
            # Nothing of this house is stored any more.
            async with house_on(store, clock) as other:
                assert await of_table(past_hands_of(other), table) == before
                assert await of_player(past_hands_of(other), ANN) == mine
                await other.lobby.close(table, "operator")
                await other.written()
                assert await of_table(past_hands_of(other), table) == before
    finally:
        await store.close()


async def test_only_the_latest_hands_count_and_the_one_in_play_does_not(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 6)
    await playing.steps(120)
    while playing.actor.table.hand is None:
        await playing.steps(1)
    past, table = past_hands_of(house), playing.actor.table.id
    for latest in (1, 3):
        stats = await of_table(past, table, latest)
        assert sums_of(stats) == await counted(house, playing, latest)
        assert stats.of_table is not None
        assert stats.of_table.hands == latest
        (mine,) = (await of_player(past, ANN, latest)).players
        assert mine.hands == latest
    listed = await pages_of(past, ANN, table=table)
    whole = (await of_table(past, table)).of_table
    assert whole is not None
    assert whole.hands == len(listed)
    assert whole.average_pot == sum(hand.pot for hand in listed) // len(listed)


async def test_the_reads_of_an_answer_are_bounded(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch, store: SlowStore
) -> None:
    playing = await Playing.begin(house, 6)
    await playing.steps(150)
    past = past_hands_of(house)
    monkeypatch.setattr(log_hands, "PAGE", 20)
    monkeypatch.setattr(past_hands_module, "STATS_READS", 3)
    all_hands = len(await pages_of(past, ANN, table=playing.actor.table.id))
    stats = await of_table(past, playing.actor.table.id)
    assert stats.of_table is not None
    assert 0 < stats.of_table.hands < all_hands
    (mine,) = (await of_player(past, ANN)).players
    assert 0 < mine.hands < all_hands


async def test_without_a_log_the_hands_in_memory_count() -> None:
    clock = ManualClock()
    lobby = memory_lobby(clock, max_tables=2)
    past = memory_hands(lobby)
    actors = [lobby.create("One", CONFIG) for _ in range(2)]
    rng = random.Random(3)
    for actor in actors:
        for number, name in enumerate(("p0", "p1")):
            actor.handle(FakeViewer(name), "s", commands.Sit(PlayerId(name), name, number, 2_000))
    for step in range(40):
        actor = rng.choice(actors)
        hand = actor.table.hand
        if hand is None or hand.turn is None:
            clock.advance(CONFIG.next_hand_delay_ms)
            continue
        seat = actor.table.seats[hand.turn.seat]
        assert seat is not None
        action: commands.Action = "call" if "call" in hand.turn.actions else "check"
        act = commands.Act(seat.player, hand.turn.number, action)
        actor.handle(FakeViewer(seat.player), f"a{step}", act)
    tables = [await of_table(past, actor.table.id) for actor in actors]
    (mine,) = (both := await of_player(past, ANN)).players
    parts = [one for stats in tables for one in stats.players if one.player == ANN]
    assert mine.hands == sum(one.hands for one in parts) > 2
    assert mine.net == sum(one.net for one in parts)
    assert mine.showdowns == mine.flops == mine.hands
    assert {one.table for one in both.sessions} == {actor.table.id for actor in actors}
    # What waits to be stored does not count yet.
    actors[0].gate.close(10_000)
    (left,) = (await of_player(past, ANN)).players
    assert left.hands == parts[1].hands


async def test_play_goes_on_while_hands_are_counted(
    house: StoredHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = await Playing.begin(house, 6)
    await playing.steps(100)
    past, table = past_hands_of(house), playing.actor.table.id
    monkeypatch.setattr(past_hands_module, "COUNTED_AT_ONCE", 1)
    counting = asyncio.create_task(of_table(past, table))
    turns = 0
    while not counting.done():
        turns += 1
        await asyncio.sleep(0)
    stats = (await counting).of_table
    assert stats is not None
    assert turns > stats.hands > 3


# ---- sessions and the pace


def finished(table: str, start_ms: int, hand: Finished) -> Finished:
    return hand._replace(
        table=TableId(table),
        started_ms=start_ms,
        ended_ms=start_ms + 1_000,
        events=[replace(hand.events[0], at_ms=start_ms), *hand.events[1:]],
    )


async def test_a_long_pause_ends_a_session_and_is_left_out_of_the_pace(house: StoredHouse) -> None:
    playing = await Playing.begin(house, 6)
    await playing.steps(60)
    reader = log_hands.LogHands(
        house.lobby.event_log,  # type: ignore[arg-type]
        house.store.hand_index,
        playing.actor.table.id,
        2**53,
    )
    hand = next(one for one in await reader.read() if counts_of(one.events) is not None)
    counts = counts_of(hand.events)
    assert counts is not None
    player, own = next(iter(counts.players.items()))
    tally, later_ms = Tally(player), 10 * SESSION_GAP_MS
    starts = [later_ms + 60_000, later_ms, later_ms - SESSION_GAP_MS - 1_001, 1_000]
    tally.add(finished("a", starts[0], hand))
    tally.add(finished("b", starts[0] - 1, hand))
    for start_ms in starts[1:3]:
        tally.add(finished("a", start_ms, hand))
    assert [
        (one.table, one.started_ms, one.ended_ms, one.hands, one.net) for one in tally.sessions()
    ] == [
        ("a", later_ms, starts[0] + 1_000, 2, 2 * own.net),
        ("b", starts[0] - 1, starts[0] + 999, 1, own.net),
        ("a", starts[2], starts[2] + 1_000, 1, own.net),
    ]
    alone = Tally(player)
    for start_ms in starts:
        alone.add(finished("a", start_ms, hand))
    told = alone.of_table(TableId("a"))
    assert (told.hands, told.average_pot, told.hands_an_hour) == (4, counts.pot, 60)
    single = Tally(player)
    single.add(hand)
    assert single.of_table(TableId("a")).hands_an_hour is None
    assert Tally(player).of_players([player]) == [PlayerStats(player)]


# ---- who gets what


async def asked(
    house: StoredHouse, player: PlayerId, message: GetStats, role: Any = "player"
) -> dict[str, Any]:
    context = open_context(house.clock, random.Random(1))
    context = replace(context, lobby=house.lobby, past_hands=past_hands_of(house))
    client = Client(context)
    client.session.identity = Identity(player, player, role)
    await client.asks(message)
    (frame,) = client.take()
    answer: dict[str, Any] = read(JSON, frame)
    return answer


async def test_others_statistics_are_for_the_table_where_its_config_says_so_and_for_operators(
    house: StoredHouse,
) -> None:
    playing = await Playing.begin(house, 6)
    await playing.steps(80)
    actor = playing.actor
    table = actor.table.id
    seated = [seat.player for seat in actor.table.seats if seat is not None]
    ann, ben = seated[:2]
    spectator = SPECTATORS[0]
    everything = GetStats("s", table)
    bens = GetStats("s", table, ben)

    def players(answer: dict[str, Any]) -> list[str]:
        return [one["player"] for one in answer["players"]]

    assert players(await asked(house, ann, everything)) == [ann]
    assert (await asked(house, ann, bens))["code"] == "forbidden"
    assert (await asked(house, ann, GetStats("s", player=ben)))["code"] == "forbidden"
    assert players(await asked(house, ann, GetStats("s", table, ann))) == [ann]
    actor.table.config = replace(actor.table.config, statistics="all")
    shown = players(await asked(house, ann, everything))
    assert {ann, ben} <= {*shown}
    assert shown == sorted(shown)
    assert players(await asked(house, ann, bens)) == [ben]
    assert players(await asked(house, spectator, everything)) == [spectator]
    assert (await asked(house, spectator, bens))["code"] == "forbidden"
    assert (await asked(house, ann, GetStats("s", player=ben)))["code"] == "forbidden"
    actor.table.config = replace(actor.table.config, statistics="own")
    assert players(await asked(house, spectator, bens, "operator")) == [ben]
    assert players(await asked(house, spectator, GetStats("s", player=ben), "operator")) == [ben]


async def test_it_is_refused_with_a_code_of_its_reason(
    house: StoredHouse, store: SlowStore
) -> None:
    actor = await house.open_hand()
    past = past_hands_of(house)

    async def code(table: TableId | None) -> str:
        with pytest.raises(Illegal) as caught:
            await past.statistics(GetStats("s", table), ANN, everybody, nobody)
        return caught.value.code

    assert await code(TableId("nowhere")) == "unknown_table"
    with pytest.raises(Illegal, match="unknown_table"):
        await past.statistics(GetStats("s", actor.table.id), ANN, nobody, everybody)
    store.away = True
    assert await code(actor.table.id) == await code(None) == "log_unavailable"
    store.away = False
    actor.pause()
    assert await code(actor.table.id) == "paused"
    actor.go_on()


def test_a_stored_config_without_the_option_shows_players_their_own() -> None:
    assert TableConfig().statistics == "own"
