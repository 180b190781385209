"""Links between nodes, over a bus that loses nothing by itself."""

import asyncio

import pytest

from pokerws.server.cluster.links import BEAT_MS, SILENT_MS, Link, Why
from pokerws.server.cluster.outgoing import LINGER_MS
from pokerws.server.cluster.packets import (
    ALL,
    MOST_FRAME_BYTES,
    Beat,
    Incarnation,
    Packet,
    Peer,
    encode,
    subject_of,
)
from tests.server.cluster.memory_bus import CALM, Faults, MemoryNetwork
from tests.server.cluster.nodes import Node, in_virtual_time

ALL_LOST = Faults(drop=1.0)
BEAT_S, SILENT_S, LINGER_S = BEAT_MS / 1000, SILENT_MS / 1000, LINGER_MS / 1000


async def two_nodes() -> tuple[MemoryNetwork, Node, Node]:
    network = MemoryNetwork(seed=1)
    return network, await Node.started(network, "ann"), await Node.started(network, "ben")


def test_frames_of_one_turn_are_one_message() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        for _ in range(5):
            asyncio.get_running_loop().call_soon(ann.send, ben.peer)
            asyncio.get_running_loop().call_soon(ann.send, ben.peer)
        await asyncio.sleep(0.1)
        assert ben.numbers[Link(ann.peer, to_all=False)] == list(range(1, 11))
        assert network.sent == 1

    in_virtual_time(work())


def test_frames_that_fill_a_packet_do_not_wait_for_the_end_of_the_turn() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        for _ in range(100):
            ann.send(ben.peer, size=1_000)
        assert network.sent >= 25
        await asyncio.sleep(0.1)
        assert ben.numbers[Link(ann.peer, to_all=False)] == list(range(1, 101))

    in_virtual_time(work())


def test_a_frame_of_many_packets_arrives_as_it_was() -> None:
    async def work() -> None:
        _network, ann, ben = await two_nodes()
        for size in (5, 100_000, 5, 4_096, 0):
            ann.send(ben.peer, size)
        await asyncio.sleep(0.1)
        link = Link(ann.peer, to_all=False)
        assert ben.frames[link] == [one.frame for one in ann.sent[ben.peer]]
        with pytest.raises(ValueError, match="at most"):
            ann.links.send(ben.peer, bytes(MOST_FRAME_BYTES + 1))

    in_virtual_time(work())


def test_what_is_sent_to_all_reaches_all_others() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        cat = await Node.started(network, "cat")
        ann.send(None)
        await asyncio.sleep(0.1)
        link = Link(ann.peer, to_all=True)
        assert ben.numbers == cat.numbers == {link: [1]}
        assert ann.numbers == {}

    in_virtual_time(work())


def test_the_loss_of_the_last_packet_is_noticed_within_two_beats() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        await asyncio.sleep(0.1)
        network.faults = ALL_LOST
        ann.send(ben.peer)
        await asyncio.sleep(0.001)
        network.faults = CALM
        await asyncio.sleep(2 * BEAT_S + 0.1)
        assert ben.numbers[Link(ann.peer, to_all=False)] == [1]
        assert ben.whys(ann.peer) == ["gap"]

    in_virtual_time(work())


def test_the_loss_of_the_first_packet_is_noticed_too() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        network.faults = ALL_LOST
        ann.send(ben.peer)
        ann.send(None)
        await asyncio.sleep(0.001)
        network.faults = CALM
        await asyncio.sleep(2 * BEAT_S + 0.1)
        assert ben.whys(ann.peer) == ben.whys(ann.peer, to_all=True) == ["gap"]

    in_virtual_time(work())


def test_who_comes_later_is_told_that_it_missed_what_went_to_all() -> None:
    async def work() -> None:
        network, ann, _ben = await two_nodes()
        ann.send(None)
        await asyncio.sleep(60)
        cat = await Node.started(network, "cat")
        ann.send(None)
        await asyncio.sleep(0.1)
        assert cat.whys(ann.peer, to_all=True) == ["gap"]
        assert cat.numbers[Link(ann.peer, to_all=True)] == [2]

    in_virtual_time(work())


def test_a_link_that_is_not_used_falls_silent_without_an_alarm() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        await asyncio.sleep(LINGER_S + 2 * BEAT_S)
        beats = network.sent
        assert LINGER_S / BEAT_S - 1 <= beats <= LINGER_S / BEAT_S + 2
        await asyncio.sleep(600)
        assert network.sent == beats
        assert ben.breaks == {}

    in_virtual_time(work())


def test_a_killed_peer_is_noticed_once_by_its_silence() -> None:
    async def work() -> None:
        _network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        await asyncio.sleep(1)
        ann.bus.crash()
        await asyncio.sleep(SILENT_S - 2 * BEAT_S)
        assert ben.whys(ann.peer) == []
        await asyncio.sleep(4 * BEAT_S)
        assert ben.whys(ann.peer) == ["silent"]
        await asyncio.sleep(60)
        assert ben.whys(ann.peer) == ["silent"]

    in_virtual_time(work())


def test_who_stood_still_blames_nobody_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        _network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        await asyncio.sleep(0.5)
        # Ben's process is stopped: what is due, and what arrives, has to wait.
        clock, loop = ben.links._clock, asyncio.get_running_loop()
        assert ben.links._alarm is not None
        ben.links._alarm.cancel()
        arrive, stored = ben.bus.arrive, list[tuple[int, str, bytes]]()
        monkeypatch.setattr(ben.bus, "arrive", lambda *message: stored.append(message))
        await asyncio.sleep(3)
        clock.call_at(clock.now_ms(), ben.links._tick)
        loop.call_later(0.01, lambda: [arrive(*message) for message in stored])
        monkeypatch.setattr(ben.bus, "arrive", arrive)
        await asyncio.sleep(1)
        assert stored
        assert ben.breaks == {}

    in_virtual_time(work())


def test_after_a_reconnection_both_sides_are_told() -> None:
    async def work() -> None:
        _network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        ben.send(ann.peer)
        await asyncio.sleep(60)
        ann.bus.disconnect()
        assert not ann.links.is_connected
        assert not ann.send(ben.peer)
        await asyncio.sleep(60)
        assert ann.whys(ben.peer) == ["disconnected"]
        assert ben.whys(ann.peer) == []
        ann.bus.connect()
        await asyncio.sleep(0.1)
        assert ann.whys(ben.peer) == ["disconnected", "reconnected"]
        # What ann could not send is lost, and never sent late.
        assert ben.whys(ann.peer) == ["gap"]
        assert ben.numbers[Link(ann.peer, to_all=False)] == [1]

    in_virtual_time(work())


def test_a_new_incarnation_of_a_peer_is_noticed() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        ann.send(None)
        await asyncio.sleep(0.1)
        ann.bus.crash()
        again = await Node.started(network, "ann", "b")
        again.send(ben.peer)
        await asyncio.sleep(0.1)
        assert ben.whys(ann.peer) == ["replaced"]
        assert ben.whys(ann.peer, to_all=True) == ["replaced"]
        assert ben.numbers[Link(again.peer, to_all=False)] == [1]
        assert ben.whys(again.peer) == []

    in_virtual_time(work())


def test_an_incarnation_that_has_ended_is_not_listened_to_any_more() -> None:
    async def work() -> None:
        _network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        await asyncio.sleep(0.1)
        ben.links.end(ann.peer)
        ann.send(ben.peer)
        assert not ben.send(ann.peer)
        await asyncio.sleep(60)
        assert ben.numbers[Link(ann.peer, to_all=False)] == [1]
        assert (ben.breaks, ann.numbers) == ({}, {})
        assert ben.links.counts.messages_refused > 0

    in_virtual_time(work())


def test_a_user_may_end_links_while_it_is_told_of_others() -> None:
    async def work() -> None:
        network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        ann.send(None)
        await asyncio.sleep(0.1)
        broken = ben.link_broken

        def end_it(link: Link, why: Why) -> None:
            broken(link, why)
            ben.links.end(link.peer)

        ben.link_broken = end_it  # type: ignore[method-assign]
        ben.bus.disconnect()
        assert len(ben.breaks) == 1
        ben.bus.connect()
        await Node.started(network, "ann", "b")
        await asyncio.sleep(10)
        assert [why for whys in ben.breaks.values() for _, why in whys] == ["disconnected"]

    in_virtual_time(work())


def test_nothing_is_sent_to_oneself() -> None:
    async def work() -> None:
        network, ann, _ben = await two_nodes()
        assert not ann.send(ann.peer)
        await asyncio.sleep(1)
        assert network.sent == 0

    in_virtual_time(work())


def packet(link_no: int, *frames: bytes, continues: bool = False, more: bool = False) -> bytes:
    return encode(Packet("eve", "e1", link_no, list(frames), continues, more))


def test_what_no_node_sends_is_refused_and_counted() -> None:
    async def work() -> None:
        _network, ann, _ben = await two_nodes()
        good = packet(1, b"\0\0\0\1")
        for message in (
            b"",
            b"\x90",
            good[:-1],
            good + b"\0",
            encode({"type": "packet"}),
            encode([3, "eve", "e1", 1, [b""], False, False]),
            encode([1, "eve", "e1", 1, [b""], False, False, 0]),
            encode([1, "eve", "e1", 1, [], False, False]),
            encode([1, "eve", "e1", 0, [b""], False, False]),
            encode([1, "eve", "e1", 1.0, [b""], False, False]),
            encode([1, "eve", "e1", 2**60, [b""], False, False]),
            encode([1, "e.e", "e1", 1, [b""], False, False]),
            encode([1, "eve", "", 1, [b""], False, False]),
            encode([1, "eve", "e" * 65, 1, [b""], False, False]),
            encode([1, "eve", "e1", 1, ["text"], False, False]),
            encode([1, "eve", "e1", 1, [b""] * 5_000, False, False]),
            packet(1, bytes(1_100_000)),
            b"\x91" * 100_000,
        ):
            before = ann.links.counts.messages_refused
            ann.links.message(subject_of(ann.peer), message)
            assert ann.links.counts.messages_refused == before + 1, message[:40]
        assert (ann.numbers, ann.breaks) == ({}, {})
        ann.links.message(subject_of(ann.peer), good)
        assert list(ann.numbers.values()) == [[1]]

    in_virtual_time(work())


def test_parts_that_belong_to_nothing_break_the_link() -> None:
    async def work() -> None:
        _network, ann, _ben = await two_nodes()
        eve = Peer("eve", Incarnation("e1"))
        ann.links.message(subject_of(ann.peer), packet(1, b"\0\0\0\1", continues=True))
        assert ann.whys(eve) == ["failed"]
        ann.links.message(subject_of(ann.peer), packet(2, b"\0\0", more=True))
        ann.links.message(subject_of(ann.peer), packet(3, b"\0\0\0\1"))
        assert ann.whys(eve) == ["failed", "failed"]
        assert ann.numbers == {}
        ann.links.message(subject_of(ann.peer), packet(4, b"\0\0\0\2"))
        assert list(ann.numbers.values()) == [[2]]

    in_virtual_time(work())


def test_a_frame_that_never_ends_is_dropped_at_the_limit() -> None:
    async def work() -> None:
        _network, ann, _ben = await two_nodes()
        part, subject = bytes(1_000_000), subject_of(ann.peer)
        ann.links.message(subject, packet(1, part, more=True))
        for number in range(2, 40):
            ann.links.message(subject, packet(number, part, continues=True, more=True))
        (link,) = ann.breaks
        assert ann.whys(link.peer) == ["failed"]
        assert ann.links._incoming[link]._parts == []
        ann.links.message(subject, packet(40, part, b"\0\0\0\1", continues=True))
        assert ann.numbers == {link: [1]}

    in_virtual_time(work())


def test_a_user_that_fails_at_a_frame_is_told_and_gets_the_next_ones() -> None:
    async def work() -> None:
        _network, ann, ben = await two_nodes()
        ann.send(ben.peer)
        ann.links.send(ben.peer, b"\0\0\0\2")
        ann.sent[ben.peer].append(ann.sent[ben.peer][0])
        ann.send(ben.peer)
        received, link = ben.received, Link(ann.peer, to_all=False)

        def fail_at_two(link: Link, frame: bytes) -> None:
            if frame == b"\0\0\0\2":
                raise KeyError("table")
            received(link, frame)

        ben.received = fail_at_two  # type: ignore[method-assign]
        await asyncio.sleep(0.1)
        assert ben.numbers[link] == [1, 3]
        assert ben.whys(ann.peer) == ["failed"]

    in_virtual_time(work())


def test_beats_alone_show_a_loss_and_make_no_link_for_a_node_itself() -> None:
    async def work() -> None:
        _network, ann, _ben = await two_nodes()
        for number in (0, 3, 3, 2):
            ann.links.message(ALL, encode(Beat("eve", "e1", number, is_last=True)))
        assert ann.whys(Peer("eve", Incarnation("e1")), to_all=True) == ["gap"]
        ann.links.message(ALL, encode(Beat(*ann.peer, 3, is_last=True)))
        assert ann.whys(ann.peer, to_all=True) == []

    in_virtual_time(work())
