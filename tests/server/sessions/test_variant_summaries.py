"""What a connection can say about games: which there are, which one is next, and what is drawn."""

import random
from typing import Any

import msgspec
import pytest

from pokerws.game.config.table_config import HouseRules, Mix, TableConfig
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.messages import Act, ChooseGame, Hello, RunIt, Sit, Straddle, Watch, Wire
from pokerws.messages.fields import MAX_ETAG_LENGTH
from pokerws.messages.wire import JSON, WIRES
from pokerws.server.tables.actor import TableActor
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context, read


def heard(client: Client) -> list[dict[str, Any]]:
    return [read(client.session.wire, frame) for frame in client.take()]


class Game:
    """A table and its players, who watch it."""

    def __init__(self, config: TableConfig) -> None:
        self.clock = ManualClock()
        self.context = open_context(self.clock, random.Random(3))
        self.actor: TableActor = self.context.lobby.create("One", config)
        self.table = self.actor.table
        wires: list[Wire] = list(WIRES.values())
        self.players = [
            Client(self.context, wires[number % 2], f"p{number}") for number in range(config.seats)
        ]

    async def begin(self) -> None:
        """All sit down."""
        for client in self.players:
            await client.asks(Watch("w", self.table.id))
            await client.asks(Sit("s", self.table.id, 10_000))
        for client in self.players:
            client.take()

    def deal(self) -> None:
        """The next hand begins."""
        assert self.table.next_hand_at_ms is not None
        self.clock.advance(self.table.next_hand_at_ms - self.clock.now_ms())
        assert self.table.hand is not None
        for client in self.players:
            client.take()


async def test_a_welcome_lists_all_games_and_a_table_of_each_can_be_opened() -> None:
    context = open_context(ManualClock(), random.Random(1), max_tables=60)
    for wire in WIRES.values():
        client = Client(context, wire)
        await client.asks(Hello("1", name=f"Ann{wire.is_text:d}"))
        (welcome,) = heard(client)
        games, mixes = welcome["variants"], welcome["mixes"]
        assert games.keys() == VARIANTS.keys()
        assert mixes.keys() == MIXES.keys()
        assert games["F2L3D"] == {
            "name": "Fixed-limit 2-7 triple draw",
            "betting": "fixed_limit",
            "forced": "blinds",
            "max_seats": 7,
            "draws": 3,
        }
        for code, game in games.items():
            context.lobby.create(code, TableConfig(variant=code, seats=game["max_seats"]))


@pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)
async def test_games_that_a_client_has_are_not_sent_again(wire: Wire) -> None:
    context = open_context(ManualClock(), random.Random(1))
    client = Client(context, wire)
    await client.asks(Hello("1", name="Ann"))
    (first,) = heard(client)
    etag, token = first["games_etag"], first["session"]

    await client.asks(Hello("2", token=token, games_etag=etag))
    (renewed,) = heard(client)
    again = Client(context, wire)
    await again.asks(Hello("1", token=token, games_etag=etag))
    (back,) = heard(again)

    for welcome in (renewed, back):
        assert welcome["games_etag"] == etag
        assert not {"variants", "mixes"} & welcome.keys()


@pytest.mark.parametrize("etag", ["", "another", "\x00", "0" * 16, "♠" * MAX_ETAG_LENGTH])
async def test_any_other_etag_is_answered_with_all_games(etag: str) -> None:
    client = Client(open_context(ManualClock(), random.Random(1)), JSON)
    await client.asks(Hello("1", name="Ann", games_etag=etag))
    (welcome,) = heard(client)

    assert welcome["variants"].keys() == VARIANTS.keys()
    assert welcome["mixes"].keys() == MIXES.keys()


async def test_what_was_drawn_is_answered_once_and_seen_by_its_player_alone() -> None:
    game = Game(TableConfig(variant="N5D", seats=2))
    await game.begin()
    game.deal()
    hand = game.table.hand
    assert hand is not None
    for action in ("call", "check"):
        assert hand.turn is not None
        player = game.players[hand.turn.seat]
        await player.asks(Act(action, game.table.id, hand.turn.number, action))
    assert hand.turn is not None
    drawer, other = game.players[hand.turn.seat], game.players[1 - hand.turn.seat]
    for client in game.players:
        client.take()
    part = hand.seats[hand.turn.seat]
    assert part is not None
    held = list(part.cards)
    message = Act("d", game.table.id, hand.turn.number, "discard", cards=held[:2])
    await drawer.asks(message)
    accepted, told = heard(drawer)
    assert accepted["type"] == "accepted"
    event = msgspec.convert(told, Told).events[0]
    assert (event["discarded"], len(event["drawn"])) == (held[:2], 2)
    assert part.cards == held[2:] + event["drawn"]
    (told,) = heard(other)
    seen = msgspec.convert(told, Told).events[0]
    assert seen == event | {"discarded": ["??", "??"], "drawn": ["??", "??"]}

    await drawer.asks(message)
    assert heard(drawer) == [accepted]
    await drawer.asks(msgspec.structs.replace(message, cards=held[:1]))
    (refused,) = heard(drawer)
    assert refused["code"] == "id_conflict"


class Told(msgspec.Struct):
    events: list[dict[str, Any]]


async def test_the_button_chooses_the_game_of_the_next_hand() -> None:
    mix = Mix(("NT", "F7S"), "choice")
    game = Game(TableConfig(variant="MIX", seats=3, mix=mix))
    await game.begin()
    answers = {}
    for seat, client in enumerate(game.players):
        await client.asks(ChooseGame("c", game.table.id, "F7S"))
        (answer,) = [message for message in heard(client) if message.get("id") == "c"]
        answers[seat] = answer.get("code", "accepted")
    assert sorted(answers.values()) == ["accepted", "not_your_choice", "not_your_choice"]
    game.deal()
    assert game.table.hand is not None
    assert game.table.hand.variant == "F7S"
    assert answers[game.table.hand.order[-1]] == "accepted"


async def test_what_a_player_wants_is_seen_by_all_and_stays() -> None:
    house = HouseRules(straddle="mississippi", run_it=3)
    game = Game(TableConfig(seats=3, house=house))
    await game.begin()
    await game.players[0].asks(Straddle("a", game.table.id, on=True))
    await game.players[0].asks(RunIt("b", game.table.id, 3))
    seen = [message for message in heard(game.players[1]) if message["type"] == "events"]
    assert [message["events"] for message in seen] == [
        [{"type": "straddle_set", "seat": 0, "on": True}],
        [{"type": "run_it_set", "seat": 0, "times": 3}],
    ]
    game.deal()
    seat = game.table.seats[0]
    assert seat is not None
    assert (seat.straddle, seat.run_it) == (True, 3)
