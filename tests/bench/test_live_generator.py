"""The generator against a table that this file plays by hand, byte for byte."""

import json
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from websockets.frames import Frame, Opcode

from bench.live.generator import Generator, LoadFailed, clock_ns
from bench.live.joining import Caller, Joined
from bench.live.load import Load
from bench.live.pace import IDLE_S, Closed, Nothing
from bench.live.play import Turn
from bench.live.tables import Table

VIEWERS = 3
SECOND_NS = 1_000_000_000
FIRST = Turn(seat=0, number=1, actions=["fold", "check"], call=0, min_to=0)


def text(message: dict[str, Any]) -> bytes:
    return Frame(Opcode.TEXT, json.dumps(message, separators=(",", ":")).encode()).serialize(
        mask=False
    )


def events(seat: int | None, number: int = 2) -> bytes:
    """A frame of events that gives the turn to a seat, or ends the hand."""
    happened: list[dict[str, Any]] = [{"type": "checked", "seat": 0, "note": "x" * 100}]
    if seat is not None:
        turn = {"seat": seat, "number": number, "actions": ["fold", "check"], "call": 0}
        happened.append({"type": "turn_started", "turn": {**turn, "min_to": 0, "max_to": 0}})
    return text({"type": "events", "table": "t", "epoch": 1, "seq": 5, "events": happened})


ACCEPTED = text({"type": "accepted", "id": "1", "seq": 5})


class ByHand:
    """One table of the generator, whose server's ends are here."""

    def __init__(self) -> None:
        pairs = [socket.socketpair() for _ in range(VIEWERS)]
        self.ends = [end for end, _ in pairs]
        callers = [SimpleNamespace(socket=other, rest=b"") for _, other in pairs]
        self.generator = Generator(Load(port=0, tables=1, seats=VIEWERS))
        self.generator.add(Joined("t", cast("list[Caller]", callers), VIEWERS, FIRST))
        self.generator.noted_from_ns = 0
        # A closed loop, whose first action goes out at once.
        self.generator.play(Closed(self.generator.tables), 0.001)

    def give(self, viewer: int, data: bytes) -> None:
        """Let a viewer have these bytes, and the generator read them."""
        self.ends[viewer].sendall(data)
        self.generator.read(IDLE_S)

    def commands(self, viewer: int) -> list[dict[str, Any]]:
        """What a viewer has sent since the last time."""
        self.ends[viewer].setblocking(False)
        try:
            data = self.ends[viewer].recv(65536)
        except BlockingIOError:
            return []
        found, at = [], 0
        while at < len(data):
            assert data[at + 1] & 0x80, "a client's frames are masked"
            length = data[at + 1] & 0x7F
            assert length < 126
            found.append(json.loads(data[at + 6 : at + 6 + length]))
            at += 6 + length
        return found

    @property
    def actions(self) -> int:
        return self.generator.counts().actions


@pytest.fixture
def table() -> Iterator[ByHand]:
    by_hand = ByHand()
    yield by_hand
    by_hand.generator.close()
    for end in by_hand.ends:
        end.close()


def test_the_next_action_goes_out_when_the_last_viewer_has_its_events(table: ByHand) -> None:
    assert [command["turn"] for command in table.commands(0)] == [1]
    table.give(0, ACCEPTED + events(1))
    table.give(1, events(1))
    assert table.actions == 0
    assert table.commands(1) == []
    table.give(2, events(1))
    assert table.actions == 1
    assert sum(table.generator.latencies.values()) == 1
    assert [(command["turn"], command["table"]) for command in table.commands(1)] == [(2, "t")]


def test_frames_may_come_in_any_pieces(table: ByHand) -> None:
    whole = ACCEPTED + events(None) + events(2, 2)
    for at in range(len(whole)):
        table.give(0, whole[at : at + 1])
    table.give(1, events(None)[:3])
    table.give(1, events(None)[3:] + events(2, 2)[:50])
    table.give(2, events(None) + events(2, 2))
    assert table.actions == 1
    assert table.commands(2) == []
    table.give(1, events(2, 2)[50:])
    assert [command["turn"] for command in table.commands(2)] == [2]
    assert table.generator.counts().frames == 2 * VIEWERS + 1
    assert table.generator.answers == 1


def test_the_rest_of_a_frame_may_look_like_a_whole_one(table: ByHand) -> None:
    # In UTF-8 the second byte of this letter is the first one of a text frame.
    head, looks_alike = b'{"type":"notice","message":"\xc3', b"\x81~ d" + b"x" * 9 + b"e"
    rest = looks_alike.ljust(4 + int.from_bytes(b" d", "big") - 2, b"x") + b'"}'
    whole = Frame(Opcode.TEXT, head + rest).serialize(mask=False)
    table.give(0, whole[: -len(rest)])
    table.give(0, whole[-len(rest) :])
    table.give(0, ACCEPTED)
    assert table.generator.answers == 1
    for viewer in (1, 2):
        table.give(viewer, events(1))
    assert table.actions == 0
    table.give(0, events(1))
    assert table.actions == 1


def test_a_viewer_that_is_ahead_by_the_next_hand_does_not_count_for_another(table: ByHand) -> None:
    both = events(None) + events(1, 2)
    table.give(0, ACCEPTED + both)
    table.give(1, both)
    # Four frames have come, which is more than viewers, and one has not seen the action.
    assert table.actions == 0
    table.give(2, events(None))
    assert table.actions == 1
    assert table.generator.counts().hands == 1
    assert table.commands(1) == []
    table.give(2, events(1, 2))
    assert [command["turn"] for command in table.commands(1)] == [2]
    # The start of a hand is no action.
    assert table.actions == 1


def test_more_than_a_buffer_at_once_is_all_read(table: ByHand) -> None:
    table.generator._buffer = bytearray(100)
    chatter = text({"type": "notice", "code": "x", "message": "y" * 300})
    table.ends[0].sendall(5 * chatter + ACCEPTED + events(1))
    for viewer in (1, 2):
        table.give(viewer, events(1))
    for _ in range(40):
        table.generator.read(0.001)
    assert table.actions == 1


class Overdue(Nothing):
    """A pace by which two actions have been due for some seconds."""

    def __init__(self, by_hand: ByHand) -> None:
        (self._table,) = by_hand.generator.tables
        self._instants = [clock_ns() - 7 * SECOND_NS, clock_ns() - 5 * SECOND_NS]

    def due(self, now_ns: int) -> list[tuple[int, Table]]:
        instants, self._instants = self._instants, []
        return [(due_ns, self._table) for due_ns in instants]


def test_what_waited_for_its_turn_counts_from_when_it_was_due(table: ByHand) -> None:
    table.generator.play(Overdue(table), 0.001)
    for seat, number in ((1, 2), (2, 3), (0, 4)):
        for viewer in range(VIEWERS):
            table.give(viewer, events(seat, number))
    assert table.actions == 3
    first, *late = sorted(table.generator.latencies.elements())
    assert first < 5_000_000
    assert [latency_us // 1_000_000 for latency_us in late] == [5, 7]
    # Nothing else was due.
    assert [len(table.commands(viewer)) for viewer in range(VIEWERS)] == [1, 1, 1]


def test_what_was_due_before_the_warm_up_was_over_is_not_noted(table: ByHand) -> None:
    table.generator.noted_from_ns = clock_ns()
    for viewer in range(VIEWERS):
        table.give(viewer, events(1))
    assert table.actions == 1
    assert not table.generator.latencies
    for viewer in range(VIEWERS):
        table.give(viewer, events(2, 3))
    assert sum(table.generator.latencies.values()) == 1


def test_a_ping_is_answered_with_what_it_says(table: ByHand) -> None:
    table.commands(0)
    table.give(0, Frame(Opcode.PING, b"there?").serialize(mask=False))
    pong = table.ends[0].recv(100)
    assert (pong[0], pong[6:]) == (0x8A, b"there?")


def test_a_refusal_is_counted_and_kept(table: ByHand) -> None:
    table.give(0, text({"type": "rejected", "id": "1", "code": "not_your_turn"}))
    assert table.generator.refused == 1
    assert "not_your_turn" in table.generator.refusal


def test_what_is_not_finished_is_told(table: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.live.generator.DRAIN_S", 0.02)
    table.give(0, ACCEPTED + events(1))
    assert table.generator.finish() == 1
    table.give(1, events(1))
    table.give(2, events(1))
    assert table.generator.finish() == 0


def test_a_goodbye_of_the_server_ends_the_round(table: ByHand) -> None:
    with pytest.raises(LoadFailed, match="0x88"):
        table.give(1, Frame(Opcode.CLOSE, b"\x03\xf3").serialize(mask=False))


def test_a_connection_that_is_lost_ends_the_round(table: ByHand) -> None:
    table.ends[1].shutdown(socket.SHUT_WR)
    with pytest.raises(LoadFailed, match="closed a connection"):
        table.generator.read(IDLE_S)
