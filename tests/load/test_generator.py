"""The generator against a table that this file plays by hand, byte for byte."""

import json
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.frames import Frame, Opcode

from pokerws.load.generator import Generator, LoadFailed, clock_ns
from pokerws.load.joining import Caller, Joined
from pokerws.load.load import Load
from pokerws.load.pace import IDLE_S, Closed, Pace
from pokerws.load.play import Turn
from pokerws.load.tables import Table

VIEWERS = 3
SECOND_NS = 1_000_000_000
FIRST = Turn(seat=0, number=1, actions=["fold", "check"], call=0, min_to=0)


def text(message: dict[str, Any]) -> bytes:
    payload = json.dumps(message, separators=(",", ":")).encode()
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


def events(seat: int | None, number: int = 2) -> bytes:
    """A frame of events that gives the turn to a seat, or ends the hand."""
    happened: list[dict[str, Any]] = [{"type": "checked", "seat": 0, "note": "x" * 100}]
    if seat is not None:
        turn = {"seat": seat, "number": number, "actions": ["fold", "check"], "call": 0}
        happened.append({"type": "turn_started", "turn": {**turn, "min_to": 0, "max_to": 0}})
    return text({"type": "events", "table": "t", "epoch": 1, "seq": 5, "events": happened})


ACCEPTED = text({"type": "accepted", "id": "1", "seq": 5})


class ByHand:
    """One table of the generator, whose server's ends are here. Its first action is sent."""

    def __init__(self) -> None:
        pairs = [socket.socketpair() for _ in range(VIEWERS)]
        self.ends = [end for end, _ in pairs]
        callers = [SimpleNamespace(socket=other, rest=b"") for _, other in pairs]
        self.generator = Generator(Load(port=0, seats=VIEWERS))
        self.generator.add(Table(Joined("t", cast("list[Caller]", callers), FIRST)))
        self.generator.run(Closed(self.generator.tables), 0.001)

    def give(self, viewer: int, data: bytes) -> None:
        """Let the generator receive these bytes on a viewer's connection."""
        self.ends[viewer].sendall(data)
        self.generator.read(IDLE_S)

    def give_all(self, data: bytes) -> None:
        """Let the generator receive them for each viewer."""
        for viewer in range(VIEWERS):
            self.give(viewer, data)

    def turns(self, viewer: int) -> list[int]:
        """The turns that a viewer has answered since the last call."""
        self.ends[viewer].setblocking(False)
        try:
            data = self.ends[viewer].recv(65536)
        except BlockingIOError:
            return []
        found, at = [], 0
        while at < len(data):
            assert data[at + 1] & 0x80, "a client's frames are masked"
            length = data[at + 1] & 0x7F
            found.append(json.loads(data[at + 6 : at + 6 + length])["turn"])
            at += 6 + length
        return found


@pytest.fixture
def table() -> Iterator[ByHand]:
    by_hand = ByHand()
    yield by_hand
    by_hand.generator.close()
    for end in by_hand.ends:
        end.close()


def test_the_next_action_is_sent_when_the_last_viewer_has_the_events(table: ByHand) -> None:
    assert table.turns(0) == [1]
    table.give(0, ACCEPTED + events(1))
    table.give(1, events(1))
    assert table.generator.actions == 0
    assert table.turns(1) == []
    table.give(2, events(1))
    assert table.generator.actions == 1
    assert table.generator.latencies_us.total() == 1
    assert table.turns(1) == [2]


def test_frames_may_arrive_in_any_pieces(table: ByHand) -> None:
    whole = ACCEPTED + events(None) + events(2, 2)
    for at in range(len(whole)):
        table.give(0, whole[at : at + 1])
    table.give(1, events(None)[:3])
    table.give(1, events(None)[3:] + events(2, 2)[:50])
    table.give(2, events(None) + events(2, 2))
    assert table.generator.actions == 1
    assert table.turns(2) == []
    table.give(1, events(2, 2)[50:])
    assert table.turns(2) == [2]
    assert table.generator.frames == 2 * VIEWERS + 1
    assert table.generator.answers == 1


def test_a_viewer_that_is_one_frame_ahead_does_not_count_for_another(table: ByHand) -> None:
    both = events(None) + events(1, 2)
    table.give(0, ACCEPTED + both)
    table.give(1, both)
    # Four frames have arrived, more than there are viewers, but one has not seen the action.
    assert table.generator.actions == 0
    table.give(2, events(None))
    assert table.generator.actions == 1
    assert table.turns(1) == []
    table.give(2, events(1, 2))
    assert table.turns(1) == [2]
    # The start of a hand is no action.
    assert table.generator.actions == 1


def test_more_data_than_a_buffer_is_read_completely(table: ByHand) -> None:
    table.generator._buffer = bytearray(100)
    chatter = text({"type": "notice", "code": "x", "message": "y" * 300})
    table.ends[0].sendall(5 * chatter + ACCEPTED + events(1))
    for viewer in (1, 2):
        table.give(viewer, events(1))
    for _ in range(40):
        table.generator.read(0.001)
    assert table.generator.actions == 1


class Overdue(Pace):
    """A pace by which two actions have been due for some seconds."""

    def __init__(self, by_hand: ByHand) -> None:
        (self._table,) = by_hand.generator.tables
        self._instants = [clock_ns() - 7 * SECOND_NS, clock_ns() - 5 * SECOND_NS]

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        instants, self._instants = self._instants, []
        return [(due_ns, self._table) for due_ns in instants]


def test_a_latency_counts_from_when_the_action_was_due(table: ByHand) -> None:
    table.generator.run(Overdue(table), 0.001)
    for seat, number in ((1, 2), (2, 3), (0, 4)):
        table.give_all(events(seat, number))
    assert table.generator.actions == 3
    first, *late = sorted(table.generator.latencies_us.elements())
    assert first < 5_000_000
    assert [latency_us // 1_000_000 for latency_us in late] == [5, 7]
    # Nothing else was due.
    assert [len(table.turns(viewer)) for viewer in range(VIEWERS)] == [1, 1, 1]


def test_latencies_of_the_warm_up_are_not_counted(table: ByHand) -> None:
    table.generator.noted_from_ns = clock_ns()
    table.give_all(events(1))
    assert table.generator.actions == 1
    assert not table.generator.latencies_us
    table.give_all(events(2, 3))
    assert table.generator.latencies_us.total() == 1


def test_a_ping_is_answered_with_its_payload(table: ByHand) -> None:
    table.turns(0)
    table.give(0, Frame(Opcode.PING, b"there?").serialize(mask=False))
    pong = table.ends[0].recv(100)
    assert (pong[0], pong[6:]) == (0x8A, b"there?")


def test_refusals_and_unfinished_actions_fail_the_round(
    table: ByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pokerws.load.generator.DRAIN_S", 0.02)
    table.give(0, ACCEPTED + events(1))
    with pytest.raises(LoadFailed, match="1 commands of 1 were not finished"):
        table.generator.finish()
    table.give(1, events(1))
    table.give(2, events(1))
    table.generator.finish()
    table.give(0, text({"type": "rejected", "id": "1", "code": "not_your_turn"}))
    with pytest.raises(LoadFailed, match="not_your_turn"):
        table.generator.finish()


def test_a_connection_that_is_closed_or_lost_fails_the_round(table: ByHand) -> None:
    with pytest.raises(LoadFailed, match="0x88"):
        table.give(1, Frame(Opcode.CLOSE, b"\x03\xf3").serialize(mask=False))
    table.ends[1].shutdown(socket.SHUT_WR)
    with pytest.raises(LoadFailed, match="closed a connection"):
        table.generator.read(IDLE_S)
