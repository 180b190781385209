"""At a full table with bots, a person who comes gets a seat, and it is kept for a short time."""

import random

import pytest

from pokerws.game import commands
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Waiter
from pokerws.messages import JSON, JoinWaitingList, Sit, Watch
from pokerws.server.sessions.context import SessionContext
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.seat_claims import ASK_AGAIN_MS, RESERVED_MS
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read

BUY_IN = 10_000
CONFIG = TableConfig(seats=2, next_hand_delay_ms=60_000)


class Room:
    """A table of two, with clients that sit and watch there."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.context: SessionContext = open_context(self.clock, random.Random(1))
        self.actor: TableActor = self.context.lobby.create("One", CONFIG)
        self._ids = map(str, range(1_000))

    def client(self, player: str) -> Client:
        return Client(self.context, player=player)

    async def sits(self, client: Client, seat: int | None = None) -> str:
        """The code of the answer, or "accepted"."""
        client.take()
        await client.asks(Sit(next(self._ids), self.actor.table.id, BUY_IN, seat))
        answer = next(
            one
            for frame in client.take()
            if (one := read(JSON, frame))["type"] in ("accepted", "rejected")
        )
        return str(answer.get("code", answer["type"]))

    async def watches(self, client: Client) -> None:
        await client.asks(Watch(next(self._ids), self.actor.table.id))

    async def full(self, *players: str) -> None:
        for player in players:
            assert await self.sits(self.client(player)) == "accepted"

    @property
    def seated(self) -> set[str]:
        return {str(seat.player) for seat in self.actor.table.seats if seat is not None}

    def start_hand(self) -> None:
        self.clock.advance(CONFIG.next_hand_delay_ms)
        assert self.actor.table.hand is not None

    def fold(self) -> None:
        hand = self.actor.table.hand
        assert hand is not None
        assert hand.turn is not None
        seat = self.actor.table.seats[hand.turn.seat]
        assert seat is not None
        act = commands.Act(seat.player, hand.turn.number, "fold")
        self.actor.handle(self.client(seat.player).session, next(self._ids), act)


@pytest.fixture
def room() -> Room:
    return Room()


async def test_a_person_who_asks_at_a_full_table_takes_the_place_of_a_bot_at_once(
    room: Room,
) -> None:
    await room.full("ann", "bot_euler")
    assert await room.sits(room.client("ben")) == "accepted"
    assert room.seated == {"ann", "ben"}
    assert await room.sits(room.client("bot_euler")) == "table_full"
    assert await room.sits(room.client("cleo")) == "table_full"


async def test_a_bot_in_a_hand_leaves_at_its_end_and_its_seat_waits_for_that_person(
    room: Room,
) -> None:
    await room.full("ann", "bot_euler")
    room.start_hand()
    ben, cleo = room.client("ben"), room.client("cleo")
    assert await room.sits(ben) == "seat_soon"
    assert [seat.leaving for seat in room.actor.table.seats if seat] == [False, True]
    assert await room.sits(cleo) == "table_full"
    if room.actor.table.hand is not None:
        room.fold()
    assert room.seated == {"ann"}
    assert await room.sits(cleo) == "seat_reserved"
    assert await room.sits(room.client("bot_euler")) == "seat_reserved"
    assert await room.sits(ben) == "accepted"


async def test_a_seat_is_reserved_for_a_short_time_only(room: Room) -> None:
    await room.full("ann", "bot_euler")
    ben, cleo = room.client("ben"), room.client("cleo")
    await room.watches(ben)
    assert room.seated == {"ann"}
    room.clock.advance(RESERVED_MS - 1)
    assert await room.sits(cleo) == "seat_reserved"
    room.clock.advance(1)
    assert await room.sits(cleo) == "accepted"
    assert await room.sits(ben) == "table_full"


async def test_who_watches_one_full_table_makes_one_bot_leave_however_often(room: Room) -> None:
    await room.full("bot_venn", "bot_euler")
    ben = room.client("ben")
    for _ in range(3):
        await room.watches(ben)
    assert len(room.seated) == 1
    # There is a seat for each person who comes, as long as there are bots.
    cleo = room.client("cleo")
    await room.watches(cleo)
    assert room.seated == set()
    assert await room.sits(ben) == "accepted"
    assert await room.sits(cleo) == "accepted"


async def test_neither_a_bot_nor_a_seated_person_nor_a_spectator_drives_a_bot_out(
    room: Room,
) -> None:
    await room.full("ann", "bot_euler")
    spectator = room.client("sam")
    assert spectator.session.identity is not None
    spectator.session.identity = spectator.session.identity._replace(role="spectator")
    for client in (room.client("bot_venn"), room.client("ann"), spectator):
        await room.watches(client)
    assert await room.sits(room.client("bot_venn")) == "table_full"
    assert await room.sits(room.client("ann")) == "already_seated"
    assert room.seated == {"ann", "bot_euler"}


async def test_people_keep_their_seats(room: Room) -> None:
    await room.full("ann", "ben")
    await room.watches(room.client("cleo"))
    assert await room.sits(room.client("cleo")) == "table_full"
    assert room.seated == {"ann", "ben"}


async def test_during_a_pause_no_bot_is_stood_up(room: Room) -> None:
    await room.full("ann", "bot_euler")
    room.actor.pause()
    assert await room.sits(room.client("ben")) == "paused"
    room.actor.go_on()
    assert room.seated == {"ann", "bot_euler"}


async def test_the_refusal_says_when_to_ask_again(room: Room) -> None:
    await room.full("ann", "bot_euler")
    room.start_hand()
    ben = room.client("ben")
    await ben.asks(Sit("1", room.actor.table.id, BUY_IN))
    assert read(JSON, ben.take()[-1])["retry_after_ms"] == ASK_AGAIN_MS


async def waits(room: Room, client: Client) -> None:
    """The client is on the waiting list, without having made a bot stand up."""
    await client.asks(JoinWaitingList("wait", room.actor.table.id))


async def test_a_seat_that_is_reserved_on_the_waiting_list_is_not_the_next_persons(
    room: Room,
) -> None:
    await room.full("ann", "bot_euler")
    ben, cleo = room.client("ben"), room.client("cleo")
    await waits(room, ben)
    await room.watches(cleo)
    # The bot stood up for Cleo, but Ben waits longer, and has the seat.
    assert room.actor.table.waiter(PlayerId("ben")) == Waiter(
        PlayerId("ben"), "ben", 1, room.clock.table_ms() + 60_000
    )
    assert await room.sits(cleo) in ("seat_soon", "table_full")
    assert await room.sits(room.client("bot_euler")) in ("seat_reserved", "table_full")
    assert await room.sits(ben) == "accepted"
    assert room.seated == {"ann", "ben"}


async def test_a_person_whose_seat_went_to_the_waiting_list_gets_that_of_another_bot(
    room: Room,
) -> None:
    await room.full("bot_venn", "bot_euler")
    ben, cleo = room.client("ben"), room.client("cleo")
    await waits(room, ben)
    await room.watches(cleo)
    assert len(room.seated) == 1
    assert await room.sits(cleo) == "accepted"
    # Who has a reserved seat makes no bot stand up.
    await room.watches(ben)
    assert await room.sits(ben) == "accepted"
    assert room.seated == {"ben", "cleo"}
