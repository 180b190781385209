"""What the bus and links notice of a real NATS server that fails, and what fits through it."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from pokerws.server.cluster import nats_bus
from pokerws.server.cluster.bus import BusRefused
from pokerws.server.cluster.packets import subject_of
from tests.server.cluster.nats_nodes import opened, two_nodes, until
from tests.server.cluster.nats_server import NatsServer, nats_server

# What is noticed is noticed within this time, on a machine that has nothing else to do.
NOTICED_S = 3.0
# A loaded machine runs neither the pings nor the test in time.
BUSY_S = 30.0


async def test_the_longest_message_arrives_and_a_longer_one_is_not_sent(nats: NatsServer) -> None:
    nats.config = "max_payload: 10000"
    await nats.start()
    async with opened(nats.url, "a") as (bus, listener):
        assert bus.most_bytes == 10_000
        assert bus.send("a", bytes([1] * 10_000))
        assert not bus.send("a", bytes([1] * 10_001))
        assert bus.send("a", b"last")
        await until(lambda: len(listener.messages) == 2)
        assert [len(message) for _, message in listener.messages] == [10_000, 4]
        assert listener.changes == ["connected"]


async def test_frames_over_the_servers_maximum_are_cut_and_put_together(nats: NatsServer) -> None:
    nats.config = "max_payload: 10000"
    async with two_nodes(nats) as (ann, ben):
        frames = [bytes([n % 256]) * (n * 1_000) for n in range(60)]
        for frame in frames:
            assert ann.links.send(ben.peer, frame)
        await until(lambda: len(ben.frames) == len(frames))
        assert (ben.frames, ben.whys) == (frames, [])
        assert ann.links.counts.packets_unsent == 0


async def test_a_server_with_too_small_a_maximum_is_refused(nats: NatsServer) -> None:
    nats.config = "max_payload: 1000"
    await nats.start()
    with pytest.raises(BusRefused, match="max_payload"):
        async with opened(nats.url, "a"):
            pass


async def test_a_killed_server_is_noticed_at_once_and_returned_to(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No ping notices it.
    monkeypatch.setattr(nats_bus, "PING_EVERY_S", 3_600.0)
    await nats.start()
    with capture_logs() as lines:
        async with opened(nats.url, "a") as (bus, listener):
            nats.kill()
            await until(lambda: listener.changes == ["connected", "disconnected"])
            assert not bus.send("a", b"in between")
            await nats.start()
            await until(lambda: listener.changes[2:] == ["connected"])
            assert bus.send("a", b"after it")
            await until(lambda: bool(listener.messages))
            # What could not be sent does not come late.
            assert listener.messages == [("a", b"after it")]
    events = [line["event"] for line in lines]
    assert events.count("nats_lost") == 1
    # Once for each reason, and not for each attempt.
    assert events.count("nats_unavailable") <= 2


async def test_the_next_server_is_taken_when_one_is_killed(
    nats: NatsServer,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nats_bus, "PING_EVERY_S", 3_600.0)
    await nats.start()
    with nats_server(tmp_path_factory.mktemp("other")) as other:
        await other.start()
        async with opened(f"{nats.url},{other.url}", "a") as (bus, listener):
            nats.kill()
            await until(lambda: listener.changes[1:] == ["disconnected", "connected"])
            assert bus.send("a", b"x")
            await until(lambda: listener.messages == [("a", b"x")])


async def test_links_know_of_a_restart_of_the_server(nats: NatsServer) -> None:
    async with two_nodes(nats) as (ann, ben):
        ann.links.send(ben.peer, b"1")
        ann.links.send_all(b"2")
        ben.links.send(ann.peer, b"3")
        await until(lambda: len(ben.frames) == 2 and len(ann.frames) == 1)
        await nats.restart()
        await until(lambda: ann.whys.count("reconnected") == 1)
        await until(lambda: ben.whys.count("reconnected") == 2)
        assert ann.whys.count("disconnected") == 1
        ann.links.send(ben.peer, b"4")
        await until(lambda: ben.frames[-1] == b"4")


@pytest.mark.parametrize("is_busy", [False, True])
async def test_a_frozen_server_is_noticed_within_three_seconds(
    nats: NatsServer, *, is_busy: bool
) -> None:
    await nats.start()
    before = asyncio.all_tasks()
    async with opened(nats.url, "a") as (bus, listener):
        assert bus._connection is not None
        library: Any = bus._connection._client
        nats.freeze()
        loop = asyncio.get_running_loop()
        frozen_s = loop.time()
        # More than the sockets hold, and the library after them.
        while is_busy and bus.send("a", bytes([1] * 500_000)):  # noqa: ASYNC110  nothing to wait for
            await asyncio.sleep(0)
        await until(lambda: listener.changes[1:] == ["disconnected"])
        assert nats_bus.PING_EVERY_S + nats_bus.PONG_WITHIN_S < NOTICED_S
        assert loop.time() - frozen_s < NOTICED_S + BUSY_S
        assert not bus.send("a", b"frozen")
        # What waited for the server is given up, and not sent when it goes on.
        transport = library._transport._io_writer.transport
        await until(lambda: transport.get_write_buffer_size() == 0, within_s=1)
        nats.thaw()
        await until(lambda: listener.changes[2:] == ["connected"])
        assert bus.send("a", b"thawed")
        await until(lambda: ("a", b"thawed") in listener.messages)
        assert ("a", b"frozen") not in listener.messages
    await until(lambda: asyncio.all_tasks() == before, within_s=1)


async def test_messages_that_a_listener_is_too_slow_for_are_noticed_by_its_links(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nats_bus, "MOST_UNREAD", 5)
    async with two_nodes(nats) as (ann, ben):
        for number in range(300):
            ann.links.send(ben.peer, number.to_bytes(2, "big"))
            # A packet for each, of which many are read at once.
            ann.links._flush()
        await until(lambda: "gap" in ben.whys)
        assert 0 < len(ben.frames) < 300
        assert ben.frames == sorted(set(ben.frames))


async def test_a_server_that_closes_a_connection_is_returned_to(nats: NatsServer) -> None:
    await nats.start()
    async with opened(nats.url, "a") as (bus, listener):
        # The server answers a line that it does not know with an error, and ends the connection.
        assert bus._connection is not None
        client: Any = bus._connection._client
        client._transport.write(b"NONSENSE\r\n")
        await until(lambda: listener.changes[1:] == ["disconnected", "connected"])
        assert bus.send("a", b"x")
        await until(lambda: listener.messages == [("a", b"x")])


async def test_a_client_that_has_stopped_reading_is_noticed(nats: NatsServer) -> None:
    await nats.start()
    async with opened(nats.url, "a") as (bus, listener):
        assert bus._connection is not None
        reading = bus._connection._client._reading_task
        assert reading is not None
        reading.cancel()
        await until(lambda: listener.changes[1:] == ["disconnected", "connected"])


async def test_nothing_is_left_after_close(nats: NatsServer) -> None:
    await nats.start()
    before = asyncio.all_tasks()
    async with opened(nats.url, "a") as (bus, listener):
        assert bus.send("a", b"last")
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert not bus.send("a", b"x")
    assert listener.changes == ["connected"]


async def test_a_bus_can_be_closed_while_it_reconnects(nats: NatsServer) -> None:
    await nats.start()
    before = asyncio.all_tasks()
    async with opened(nats.url, "a") as (_, listener):
        nats.kill()
        await until(lambda: listener.changes[1:] == ["disconnected"])
        await asyncio.sleep(0.2)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


async def test_a_packet_of_a_stranger_is_refused_and_the_next_one_taken(nats: NatsServer) -> None:
    async with two_nodes(nats) as (ann, ben):
        assert ann.bus.send(subject_of(ben.peer), b"nonsense")
        ann.links.send(ben.peer, b"sense")
        await until(lambda: ben.frames == [b"sense"])
        assert ben.links.counts.messages_refused == 1
        assert ben.whys == []


async def test_a_fault_of_the_listener_is_logged_and_the_next_message_arrives(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(subject: str, message: bytes) -> None:
        raise KeyError(subject)

    await nats.start()
    async with opened(nats.url, "a") as (bus, listener):
        with capture_logs() as lines, monkeypatch.context() as patch:
            patch.setattr(listener, "message", fail)
            assert bus.send("a", b"first")
            await until(lambda: [line["event"] for line in lines] == ["nats_message_failed"])
        assert bus.send("a", b"second")
        await until(lambda: listener.messages == [("a", b"second")])
        assert listener.changes == ["connected"]
