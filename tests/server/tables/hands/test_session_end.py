"""A table whose session is over closes by itself: viewers are told, and chips go back."""

from typing import Any

import msgspec

from pokerws.game import commands
from pokerws.game.config.table_config import HouseRules, SessionLimits, TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import Watch
from pokerws.server.tables.actor import TableActor
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.resumed import memory_lobby

CONFIG = TableConfig(
    seats=3, house=HouseRules(session=SessionLimits(hands=2)), next_hand_delay_ms=100
)


def told(viewer: FakeViewer) -> list[dict[str, Any]]:
    """All events that a viewer was sent."""
    messages = map(msgspec.json.decode, viewer.frames)
    return [event for message in messages for event in message.get("events", ())]


def play_hands(actor: TableActor, clock: ManualClock) -> None:
    """Everybody folds until the table closes."""
    while not actor.table.closed:
        hand = actor.table.hand
        if hand is None or hand.turn is None:
            clock.advance(100)
            continue
        seat = actor.table.seats[hand.turn.seat]
        assert seat is not None
        fold = commands.Act(seat.player, hand.turn.number, "fold")
        actor.handle(FakeViewer(seat.player), f"fold {hand.turn.number}", fold)


async def test_the_last_hand_is_announced_and_then_the_table_is_gone() -> None:
    clock = ManualClock()
    lobby = memory_lobby(clock)
    actor = lobby.create("One", CONFIG)
    viewer = FakeViewer(PlayerId("sam"))
    for number in range(3):
        player = PlayerId(f"p{number}")
        actor.handle(FakeViewer(player), "sit", commands.Sit(player, player, None, 5_000))
    actor.watch(viewer, Watch("w", actor.table.id))
    play_hands(actor, clock)

    events = told(viewer)
    kinds = [event["type"] for event in events]
    second = [e["hand"] for e in events if e["type"] == "hand_started"].index(2)
    assert second == 1
    last_start = len(kinds) - 1 - kinds[::-1].index("hand_started")
    assert kinds.index("session_ending") < last_start
    assert kinds[-1] == "table_closed"
    assert events[-1]["reason"] == "session_over"
    assert sum(e["stack"] for e in events if e["type"] == "player_stood") == 15_000
    assert lobby.at(actor.table.id) is None
