import asyncio

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.client import CommandRejected, TableLost, watches
from pokerws.game.apply import apply
from pokerws.game.events import PlayerSat, PlayerSatOut, PlayerStood
from pokerws.messages import Accepted, Notice, Ping, Pong, Rejected, Unwatch, Watch
from pokerws.messages.state_hash import state_hash
from tests.client.fake_server import (
    ANN,
    SAT,
    TABLE,
    Peer,
    ann,
    empty_table,
    events,
    fake_server,
    snapshot,
)


async def test_a_gap_is_filled_by_a_snapshot_that_is_asked_for_once() -> None:
    table = empty_table()
    applied: list[int] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(table)
        await peer.send(
            events(3, PlayerStood(2, ANN, 5_000)),
            events(4, PlayerSat(1, ANN, "Ann", 9_000)),
        )
        watch = await peer.receive(Watch)
        assert watch.after_seq is None
        table.seq = 4
        await peer.send(Accepted(watch.id), snapshot(table), events(5, SAT))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE, lambda seq, _: applied.append(seq))
        await view.reached(5)
        assert view.seat == 2
        assert applied == [5]
        await client.ping()


async def test_a_gap_is_seen_even_where_a_watch_was_in_flight_when_the_connection_broke() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(events(3, SAT))
        await peer.receive(Watch)
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Accepted(watch.id), events(3, SAT))
        await peer.show(empty_table(), epoch=2)

    async with fake_server(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_an_event_that_does_not_fit_is_answered_like_a_gap() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(events(2, PlayerSatOut(2, "asked")))
        assert (await peer.show(empty_table(), epoch=2)).after_seq is None

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_a_wrong_state_is_reported_and_replaced_by_a_snapshot() -> None:
    table, right = empty_table(), empty_table()
    apply(right, SAT)
    lost = PlayerSatOut(2, "asked")

    async def script(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        shown = replace(snapshot(table), state_hash=state_hash(table, ANN))
        await peer.send(Accepted(watch.id), shown, events(2, SAT))
        # The server has applied this event to another state.
        await peer.send(replace(events(3, lost), state_hash=state_hash(right, ANN)))
        watch = await peer.receive(Watch)
        assert watch.after_seq is None
        await peer.send(Accepted(watch.id), snapshot(right, epoch=2))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    with capture_logs() as logs:
        async with fake_server(script) as url, ann(url) as client:
            view = await client.watch(TABLE)
            await view.wait_for(lambda view: view.epoch == 2)
            assert view.table == right
            await client.ping()
    (line,) = (line for line in logs if line["event"] == "state_mismatch")
    assert (line["log_level"], line["table"], line["seq"]) == ("warning", TABLE, 3)


async def test_an_event_of_a_newer_server_is_a_reason_for_a_snapshot() -> None:
    later = empty_table()
    later.seq = 2

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send_raw(
            '{"type":"events","table":"t1","epoch":1,"seq":2,"now_ms":1,'
            '"events":[{"type":"confetti_thrown","seat":0}]}'
        )
        assert (await peer.show(later)).after_seq is None
        await peer.send(events(3, SAT))

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.reached(3)
        assert view.seat == 2


async def test_a_snapshot_that_is_not_understood_ends_the_view_instead_of_asking_for_ever() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send_raw('{"type":"snapshot","table":"t1","epoch":1,"seq":2,"state":"round"}')
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        with pytest.raises(TableLost, match="not_understood"):
            await view.wait_for(lambda view: view.seat)
        await client.ping()


async def test_an_unknown_table_is_refused_and_may_be_asked_for_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Rejected(watch.id, "unknown_table", "no"))
        await peer.show(empty_table())

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="unknown_table"):
            await client.watch(TABLE)
        await client.watch(TABLE)


async def test_a_table_that_is_gone_after_a_restart_ends_its_view_alone() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Rejected(watch.id, "unknown_table", "no"))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        with pytest.raises(TableLost, match="unknown_table"):
            await view.wait_for(lambda view: view.seat)
        assert TABLE not in client.views
        assert await client.ping() == 1


async def test_a_table_that_cannot_be_loaded_yet_is_asked_for_until_it_can() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(3):
            watch = await peer.receive(Watch)
            await peer.send(Rejected(watch.id, "table_unavailable", "wait", retryable=True))
        await peer.show(empty_table(), epoch=2)

    async with fake_server(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_a_table_that_another_server_has_is_asked_for_until_it_is_free() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(3):
            watch = await peer.receive(Watch)
            assert watch.after_seq is None
            await peer.send(Rejected(watch.id, "owned_elsewhere", "poker-2", retryable=True))
        await peer.show(empty_table(), epoch=2)

    async with fake_server(script) as url, ann(url) as client:
        assert (await client.watch(TABLE)).epoch == 2


async def test_a_table_that_another_server_keeps_is_refused_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watches, "ELSEWHERE_S", 0.0)

    async def script(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Rejected(watch.id, "owned_elsewhere", "poker-2", retryable=True))

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="poker-2") as refused:
            await client.watch(TABLE)
        assert refused.value.retryable


async def test_a_table_that_is_restored_after_a_fault_is_watched_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(Notice("table_failed", "being restored", TABLE))
        assert (await peer.show(empty_table(), epoch=2)).epoch == 1

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_watching_twice_gives_one_view_and_unwatching_ends_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(Accepted((await peer.receive(Unwatch)).id))

    async with fake_server(script) as url, ann(url) as client:
        view, same = await asyncio.gather(client.watch(TABLE), client.watch(TABLE))
        assert view is same
        assert await client.watch(TABLE) is view
        seated = asyncio.create_task(view.wait_for(lambda view: view.seat))
        await client.unwatch(TABLE)
        with pytest.raises(TableLost, match="unwatched"):
            await seated
