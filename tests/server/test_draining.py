"""A server that is alone lets go of its tables and clients before it stops."""

import asyncio

import pytest

from pokerws.game.state import PlayerId
from pokerws.messages import CloseCode
from pokerws.server import listener as listening
from pokerws.server.app import App
from pokerws.server.away import Away
from pokerws.server.tables.presence import Presence
from tests.server.conftest import Connect
from tests.server.fakes import ManualClock
from tests.server.net.test_order import a_hand, actor_of, ended, fold
from tests.server.net.test_readiness import asked

FOR_EVER_MS = 600_000


@pytest.mark.settings(drain_ms=FOR_EVER_MS)
async def test_hands_end_and_no_more_are_dealt(app: App, open_connection: Connect) -> None:
    table, players, turn = await a_hand(open_connection)
    draining = asyncio.create_task(app.drain())
    for player in players:
        notice = await player.until("notice")
        assert notice["code"] == "restarting"
        assert 250 <= notice["retry_after_ms"] <= 750
    status, _, content = await asked(app, "/readyz")
    assert (status, content["reasons"]) == (503, [{"part": "server", "why": "draining"}])
    refused = await players[0].ask("create_table", name="Two", config={})
    assert (refused["code"], refused["retryable"]) == ("restarting", True)
    assert not draining.done()

    await players[turn["seat"]].send(fold(table, turn))
    await draining
    actor = actor_of(app, table)
    assert actor.table.hand is None
    # The next hand is due at once, and is not dealt, whatever the players do.
    seq = (await players[0].ask("sit_out", table=table))["seq"]
    assert (await players[0].ask("sit_in", table=table))["seq"] > seq
    await asyncio.sleep(0.05)
    assert (actor.table.hand, actor.table.hand_number) == (None, 1)

    assert await app.stop()
    for player in players:
        assert await ended(player) == CloseCode.RESTARTING


@pytest.mark.settings(drain_ms=1)
async def test_a_hand_that_does_not_end_in_time_stays_as_it_is(
    app: App, open_connection: Connect
) -> None:
    table, _, _ = await a_hand(open_connection)
    await app.drain()
    assert actor_of(app, table).table.hand is not None
    assert await app.stop()


@pytest.mark.settings(drain_ms=FOR_EVER_MS)
async def test_a_drain_is_one_for_all_who_ask_and_a_hurry_ends_it(
    app: App, open_connection: Connect
) -> None:
    await a_hand(open_connection)
    drains = [asyncio.create_task(app.drain()) for _ in range(2)]
    await asyncio.sleep(0)
    drains[1].cancel()
    await asyncio.wait(drains)
    assert not drains[0].cancelled()
    assert drains[1].cancelled()
    assert await app.stop()


async def test_without_a_time_to_drain_the_tables_play_on_until_the_stop(
    app: App, open_connection: Connect
) -> None:
    table, players, turn = await a_hand(open_connection)
    await app.drain()
    assert (await players[turn["seat"]].ask("act", **_fold(table, turn)))["type"] == "accepted"


def _fold(table: str, turn: dict[str, object]) -> dict[str, object]:
    return {"table": table, "turn": turn["number"], "action": "fold"}


async def test_connections_are_closed_at_an_even_pace(
    app: App, open_connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "AWAY_EVERY_S", 0.2)
    raws = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    port = app.port
    going = asyncio.create_task(app.listener.send_away(Away(5, 0, 0)))
    ends = [asyncio.create_task(ended(raw)) for raw in raws]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    assert app.connections == 2
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await going
    await app.listener.emptied()
    assert [await end for end in ends] == [CloseCode.RESTARTING] * 3


def test_players_who_are_about_to_come_are_not_absent_yet() -> None:
    clock = ManualClock()
    presence = Presence(clock, grace_ms=1_000)
    changed = list[PlayerId]()
    presence.subscribe(changed.append)
    ann, ben = PlayerId("ann"), PlayerId("ben")
    presence.expect([ann, ben])
    assert not presence.is_connected(ann)
    assert not presence.is_absent(ann)
    presence.enter(ann)
    presence.expect([ann])
    clock.advance(1_000)
    assert changed == [ben]
    assert presence.is_absent(ben)
    assert not presence.is_absent(ann)
