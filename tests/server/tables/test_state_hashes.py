"""When a server sends hashes of the state, and to whom which."""

from collections.abc import Iterator

import pytest

from pokerws.messages import Events, Snapshot, Watch
from pokerws.messages.state_hash import state_hash
from pokerws.server.tables.viewers import HASH_EVERY
from tests.server.fakes import FakeViewer
from tests.server.tables.test_actor import Room


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.actor.stop()


def play_past(room: Room, seq: int) -> list[list[Events]]:
    """Play up to event `seq` or a bit further; returns what each viewer got, message by message."""
    got: list[list[Events]] = []
    while room.actor.table.seq < seq:
        hand = room.actor.table.hand
        if hand is None or hand.turn is None:
            room.clock.advance(1_000)
        else:
            room.check_or_call()
        seen = [viewer.take_events() for viewer in (room.alice, room.bob, room.spectator)]
        got += [list(messages) for messages in zip(*seen, strict=True)]
    return got


def test_a_snapshot_has_the_hash_of_its_state(room: Room) -> None:
    room.start_hand()
    for viewer in (room.alice, room.spectator):
        viewer.take()
        room.actor.watch(viewer, Watch("1", room.actor.table.id))
        _, snapshot = viewer.take()
        assert isinstance(snapshot, Snapshot)
        assert snapshot.state_hash == state_hash(snapshot.state, viewer.player)


def test_the_events_that_pass_a_multiple_of_a_number_have_a_hash_and_no_others(room: Room) -> None:
    room.start_hand()
    for viewer in (room.alice, room.bob, room.spectator):
        viewer.take()
    hashed = 0
    for messages in play_past(room, 2 * HASH_EVERY):
        for message in messages:
            last = message.seq + len(message.events) - 1
            is_due = any(seq % HASH_EVERY == 0 for seq in range(message.seq, last + 1))
            assert (message.state_hash is not None) == is_due
            hashed += is_due
    assert hashed == 2 * 3


def test_each_viewer_gets_the_hash_of_what_that_viewer_sees(room: Room) -> None:
    room.start_hand()
    viewers = (room.alice, room.bob, room.spectator)
    for viewer in viewers:
        viewer.take()
    own = 0
    while room.actor.table.seq < 5 * HASH_EVERY:
        for messages in play_past(room, room.actor.table.seq + 1)[-1:]:
            for viewer, message in zip(viewers, messages, strict=True):
                if message.state_hash is not None:
                    expected = state_hash(room.actor.table, viewer.player)
                    assert message.state_hash == expected
            own += messages[0].state_hash != messages[2].state_hash
    assert own, "never in the middle of a hand"


def test_the_events_that_a_viewer_missed_come_with_a_hash(room: Room) -> None:
    room.start_hand()
    late = FakeViewer("alice")
    room.actor.watch(late, Watch("1", room.actor.table.id, after_seq=2, epoch=1))
    _, missed = late.take()
    assert isinstance(missed, Events)
    assert missed.state_hash == state_hash(room.actor.table, late.player)
