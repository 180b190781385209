"""What an operator reads of a server: how long actions take, who plays, and what is paused."""

import asyncio
import gc
import platform
from collections.abc import Sequence

import pytest

from pokerws import __version__
from pokerws.game.state import TableId
from pokerws.metrics import Metrics
from pokerws.metrics.families import Histogram
from pokerws.server.app import App
from pokerws.server.background.gc_pauses import GcPauses
from pokerws.storage.journal.journal import Journal
from pokerws.storage.store import Change
from tests.server.background.test_metrics import SOON_S, Scrape, scrape
from tests.server.conftest import Connect, Raw
from tests.storage.changes import change
from tests.storage.faulty_store import FaultyStore

CONFIG = {"next_hand_delay_ms": 0, "turn_time_ms": 60_000}


async def sat_down(open_connection: Connect) -> tuple[str, list[Raw]]:
    """A table and the two players who sit at it."""
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    table = (await ann.ask("create_table", name="One", config=CONFIG))["table"]
    for player in (ann, ben):
        await player.ask("watch", table=table)
    for seat, player in enumerate((ann, ben)):
        answer = await player.ask("sit", table=table, seat=seat, buy_in=10_000)
        assert answer["type"] == "accepted"
    return table, [ann, ben]


async def fold(table: str, players: list[Raw]) -> None:
    """Whoever's turn it is folds, after an action that is refused."""
    while True:
        news = await players[0].until("events")
        turns = [one["turn"] for one in news["events"] if one["type"] == "turn_started"]
        if turns:
            break
    player, turn = players[turns[-1]["seat"]], turns[-1]["number"]
    refused = await player.ask("act", table=table, turn=turn + 7, action="fold")
    assert refused["type"] == "rejected"
    accepted = await player.ask("act", table=table, turn=turn, action="fold")
    assert accepted["type"] == "accepted"


async def test_accepted_actions_and_hands_are_measured(app: App, open_connection: Connect) -> None:
    table, players = await sat_down(open_connection)
    await fold(table, players)

    now = await scrape(app)
    assert now["pokerws_action_seconds_count"] == 1
    assert 0 < now["pokerws_action_seconds_sum"] < SOON_S
    assert now["pokerws_hands_total"] == 1


async def test_players_are_counted_once_while_they_are_connected_and_seated(
    app: App, open_connection: Connect
) -> None:
    _, (ann, ben) = await sat_down(open_connection)
    await open_connection("Cleo")
    await open_connection("Ann again", token=ann.welcome["session"])
    now = await scrape(app)
    assert now["pokerws_connections"] == 4
    assert (now["pokerws_players_connected"], now["pokerws_players_seated"]) == (3, 2)
    await ben.connection.close()
    async with asyncio.timeout(SOON_S):
        while now["pokerws_players_connected"] != 2:
            now = await scrape(app)
    assert now["pokerws_players_seated"] == 2


@pytest.mark.settings(use_input_validation=True, node_name='a "node"')
async def test_a_server_says_what_it_is(app: App) -> None:
    now = await scrape(app)
    labels = {"version": __version__, "python": platform.python_version(), "node": 'a "node"'}
    assert now.of("pokerws_build_info", **labels) == 1
    feature = "pokerws_feature_enabled"
    assert now.of(feature, feature="use_input_validation") == 1
    assert now.of(feature, feature="use_durable_acks") == 0
    assert now.of("pokerws_ready", part="server") == 1
    app._readiness.add("server", lambda: "stopping")
    assert (await scrape(app)).of("pokerws_ready", part="server") == 0


async def test_frames_that_wait_for_a_client_are_counted(
    app: App, open_connection: Connect
) -> None:
    await open_connection("Ann")
    (session,) = app.listener._sessions
    session._outbox.put(b"{}", of_table=False)
    assert (await scrape(app))["pokerws_outbox_frames"] == 1
    session._outbox.clear()


async def test_garbage_collections_are_measured_while_the_server_runs(app: App) -> None:
    before = (await scrape(app))["pokerws_gc_pause_seconds_count"]
    gc.collect()
    now = await scrape(app)
    assert now["pokerws_gc_pause_seconds_count"] > before
    assert now["pokerws_gc_pause_seconds_sum"] > 0
    await app.stop()
    assert not any(isinstance(getattr(one, "__self__", None), GcPauses) for one in gc.callbacks)


def test_amounts_are_counted_alike_one_by_one_and_all_at_once() -> None:
    amounts = [0.5, 0.1, 1.0, 7.0, 1.0000001, 0.0, 0.1, 5.0]
    one_by_one, at_once = (Histogram("seconds", "", (0.1, 1, 5)) for _ in range(2))
    for amount in amounts:
        one_by_one.observe(amount)
    at_once.observe_all(amounts)
    at_once.observe_all([])
    for histogram in (one_by_one, at_once):
        (family,) = histogram.collect()
        *buckets, count, total = [sample.value for sample in family.samples]
        assert [*buckets, count] == [3, 5, 7, 8, 8]
        assert total == pytest.approx(sum(amounts))


def test_actions_do_not_wait_for_a_scrape_to_be_counted() -> None:
    metrics = Metrics()
    metrics.action_s += [0.001, 0.002] * 250
    metrics.loop_lag(0)
    assert not metrics.action_s
    assert Scrape(metrics.text())["pokerws_action_seconds_count"] == 500


async def test_a_change_is_measured_from_when_it_was_made_to_its_commit() -> None:
    now_s = 0.0
    metrics = Metrics()

    class LateStore(FaultyStore):
        async def save(self, changes: Sequence[Change]) -> set[TableId]:
            nonlocal now_s
            now_s += 2.0
            return await super().save(changes)

    journal = Journal(LateStore(), metrics=metrics, clock=lambda: now_s)
    journal.put(change("t1"))
    now_s = 1.0
    journal.put(change("t2"))
    journal.start()
    await journal.flush(SOON_S)
    await journal.stop(0)

    now = Scrape(metrics.text())
    # The first waited 3 s, the other one 2 s; the batch itself took 2 s.
    assert now["pokerws_change_commit_seconds_count"] == 2
    assert now["pokerws_change_commit_seconds_sum"] == 5
    assert now["pokerws_save_batch_seconds_sum"] == 2
