"""A client that keeps a table as the protocol document says has the table that the server has.

The document's Python is run on the JSON that viewers are sent, in random play at several tables. It
is compared with the rules' own `apply` after each event, as no snapshot is taken in the middle of a
command, and with a snapshot after each command.
"""

import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import msgspec
import pytest

from pokerws.game import commands
from pokerws.game.apply import apply
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import HouseRules, Mix, Rake, SessionLimits, TableConfig
from pokerws.game.events import HostingEvent, TableEvent
from pokerws.game.next_hand import games_of
from pokerws.game.state import PlayerId, Table, Turn
from pokerws.game.table import HANDS_TO_STAND_UP
from pokerws.messages import Watch
from pokerws.schema.schemas import tag_of
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.cashier import HISTORY_PAGE
from pokerws.server.tables.presence import Presence
from pokerws.server.tables.recent_events import HISTORY_EVENTS, READ_BACK_EVENTS
from pokerws.server.tables.viewers import MISSED_EVENTS
from pokerws.storage.vault.kept_receipts import (
    CHIP_RECEIPTS_PER_PLAYER,
    RECEIPT_PLAYERS,
    RECEIPTS_PER_PLAYER,
)
from tests.game.hosting.random_hosting import random_hosting
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.random_action import random_action
from tests.server.resumed import memory_lobby
from tests.server.seating_whims import seating_whim

Json = dict[str, Any]

DOCUMENT = (Path(__file__).parents[3] / "docs/protocol.md").read_text(encoding="utf-8")

TABLES: dict[str, Json] = {
    "deep": {"seats": 4},
    "short": {"seats": 3, "min_buy_in": 100, "max_buy_in": 400},
    "with antes": {"seats": 4, "ante": 30, "min_buy_in": 100, "max_buy_in": 900},
    "with a big blind's ante": {"seats": 4, "ante": 100, "ante_kind": "big_blind"},
    "heads-up without a small blind": {"seats": 2, "small_blind": 0},
    "straddles, bomb pots and several boards": {
        "seats": 4,
        "variant": "PO",
        "min_buy_in": 200,
        "max_buy_in": 900,
        "house": HouseRules(straddle="sleeper", run_it=3, bomb_pot_every=4, bomb_pot_boards=2),
    },
    "fixed limit, high and low": {"seats": 4, "variant": "FO/8", "max_buy_in": 3_000},
    "stud": {"seats": 4, "variant": "F7S/8", "max_buy_in": 3_000},
    "draws until the deck is out": {"seats": 6, "variant": "F2L3D"},
    "discards": {"seats": 3, "variant": "NCP"},
    "a mix": {"seats": 3, "variant": "MIX", "mix": Mix(("FR", "FB", "NS"), "hands", 2)},
    "clocks": {
        "seats": 3,
        "clocks": Clocks(
            (4_000,),
            TimeBank(5_000, 1_000, 1, use="on_demand"),
            DisconnectProtection(),
            LagAllowance(),
            3,
        ),
    },
    "a house game": {
        "seats": 4,
        "max_buy_in": 4_000,
        "hosting": HostingRules(unlisted=True, approval=True, bank=True),
    },
    "dealer's choice": {"seats": 3, "variant": "MIX", "mix": Mix(("NT", "N5D"), "choice")},
    "extra rules": {
        "seats": 4,
        "min_buy_in": 200,
        "max_buy_in": 2_000,
        "house": HouseRules(
            rake=Rake(500),
            session=SessionLimits(ends_after_ms=7 * 86_400_000, hands=60),
            bomb_pot_vote="majority",
            rabbit_hunt="open",
            stand_up=50,
        ),
    },
    "a moving button": {"seats": 4, "seating": Seating("moving", reserve_ms=9_000)},
}
STEPS = 120
# What is rare is played for.
RARE = {
    "a house game": {tag_of(event) for event in get_args(HostingEvent)},
    "straddles, bomb pots and several boards": {"run_it_agreed", "straddle_set"},
    "draws until the deck is out": {"deck_reshuffled"},
    "clocks": {
        *("time_bank_filled", "time_bank_started", "time_bank_stopped", "lag_compensated"),
        *("connection_protected", "connection_restored"),
    },
    "a moving button": {"seat_reserved"},
    "extra rules": {"rabbit_shown", "part_shown", "bonus_paid", "rake_taken", "session_ending"},
}
# More than there are seats, so that seats change hands.
PLAYERS = tuple(PlayerId(f"p{number}") for number in range(7))
SPECTATOR = PlayerId("sam")
# The first is before any snapshot, the second for the log alone.
UNSEEN = {"table_opened", "log_restarted"}


def python_of_document() -> SimpleNamespace:
    """What the document's Python about events defines."""
    chapter = DOCUMENT.partition("\n## Events of a table\n")[2]
    (block,) = re.findall(r"^```python\n(.+?)\n```$", chapter, re.MULTILINE | re.DOTALL)
    names: Json = {}
    exec(block, names)
    return SimpleNamespace(**names)


def messages_of(viewer: FakeViewer) -> list[Json]:
    """The messages since the last call."""
    messages = [msgspec.json.decode(frame) for frame in viewer.frames]
    viewer.frames.clear()
    return messages


def watch(actor: TableActor, viewer: FakeViewer) -> Json:
    """The state in the snapshot that a viewer is sent."""
    viewer.hears_presence = False
    actor.watch(viewer, Watch("w", actor.table.id))
    state: Json = messages_of(viewer)[-1]["state"]
    return state


class Follower:
    """A viewer who keeps the table twice: by the document, and by the server's `apply`."""

    def __init__(self, actor: TableActor, player: PlayerId, python: SimpleNamespace) -> None:
        self._actor = actor
        self._viewer = FakeViewer(player)
        self._viewer.line.latency_ms = 400
        self._python = python
        self._begin()

    def _begin(self) -> None:
        state = watch(self._actor, self._viewer)
        self._table = msgspec.convert(state, Table)
        self._state: Json = self._python.filled(state)

    def follow(self, *, closely: bool = True) -> set[str]:
        """Take what has happened; returns the types of the events.

        What comes of it is compared after each message, and `closely`, after each event and with a
        snapshot.
        """
        types = set()
        for message in messages_of(self._viewer):
            if message.get("code") == "banned_from_table":
                # Somebody banned is shown out, and looks again as if let in.
                self._begin()
                continue
            assert message["seq"] == self._state["seq"] + 1
            for event in message["events"]:
                types.add(event["type"])
                apply(self._table, msgspec.convert(event, TableEvent))
                self._python.apply(self._state, event)
                if closely or event is message["events"][-1]:
                    assert msgspec.convert(self._state, Table) == self._table, event
        if not closely:
            return types
        passer_by = FakeViewer(self._viewer.player)
        assert self._state == self._python.filled(watch(self._actor, passer_by))
        self._actor.unwatch(passer_by)
        return types


def roll_of(rng: random.Random) -> bool:
    return rng.random() < 0.4


class Play:
    """A table at which the players come, play, show and go at random."""

    def __init__(self, config: Json, seed: int) -> None:
        self.clock = ManualClock()
        lobby = memory_lobby(self.clock)
        self._presence = Presence(self.clock)
        lobby.follow(self._presence)
        self.actor = lobby.create("One", TableConfig(**config), PLAYERS[0])
        self.players = PLAYERS[: config["seats"] + 1]
        for player in self.players:
            self._presence.enter(player)
        self._rng = random.Random(seed)

    def step(self) -> None:
        """Something happens; it may be refused."""
        rng, table = self._rng, self.actor.table
        turn, roll = None if table.hand is None else table.hand.turn, self._rng.random()
        deadline_ms = table.deadline_ms if table.status == "active" else None
        if turn is not None and roll < 0.75:
            self._do(random_action(rng, table, folds=0.05))
        elif deadline_ms is not None and roll < (0.6 if turn is None else 0.85):
            # Who is late by the lag may still act.
            late_ms = rng.choice((200, 600))
            self.clock.advance(deadline_ms - self.clock.now_ms() + late_ms)
        elif deadline_ms is not None and roll < 0.87:
            self.actor.pause()
            self.clock.advance(5_000)
            self.actor.go_on()
        elif table.config.clocks.protection is not None and turn is not None and roll < 0.95:
            self._change_clock(turn)
        elif table.config.hosting.unlisted and rng.random() < 0.4:
            self._do(random_hosting(rng, table, self.players))
        else:
            self._do(self._whim(rng.choice(self.players)))

    def _change_clock(self, turn: Turn) -> None:
        """The player to act asks for time, or loses the connection, or has one again."""
        seat = self.actor.table.seats[turn.seat]
        assert seat is not None
        if not self._presence.is_connected(seat.player):
            self._presence.enter(seat.player)
        elif self._rng.random() < 0.3:
            self._presence.leave(seat.player)
        else:
            self._do(commands.UseTimeBank(seat.player, turn.number))

    def _whim(self, player: PlayerId) -> commands.Command:
        table, rng = self.actor.table, self._rng
        # Where a rare event is played for, nothing else comes between.
        if table.config.house == HouseRules() and table.config.variant != "F2L3D" and roll_of(rng):
            return seating_whim(rng, table, player)
        number = table.seat_of(player)
        if number is None:
            if table.hosting.requests and rng.random() < 0.2:
                return commands.Stand(table.hosting.requests[0].player)
            most = rng.choice((table.config.min_buy_in, table.config.max_buy_in))
            return commands.Sit(player, player.upper(), None, most)
        seat = table.seats[number]
        if seat is not None and seat.run_it < table.config.house.run_it:
            return commands.RunIt(player, 3)
        show = commands.Show(player, table.hand_number)
        last = table.last_hand
        if last is not None and last.rabbit is not None and rng.random() < 0.9:
            part = last.cards[number][:1]
            hunt = commands.RabbitHunt(player, last.number)
            return rng.choice((hunt, commands.Show(player, last.number, part)))
        if table.config.house.bomb_pot_vote != "off" and rng.random() < 0.3:
            wish = commands.AutoMuck(player, rng.random() < 0.5)
            return rng.choice((wish, commands.VoteBombPot(player, rng.random() < 0.7)))
        back = commands.SitIn(player)
        return rng.choice(
            (
                show,
                show,
                back,
                back,
                commands.AddChips(player, None),
                commands.SitOut(player),
                commands.Stand(player),
                commands.Straddle(player, rng.random() < 0.7),
                commands.RunIt(player, rng.randint(1, 3)),
                commands.ChooseGame(player, rng.choice(games_of(table.config))),
                commands.AddBot(player, "calling_station"),
                commands.RemoveBot(player, table.bots[0].player if table.bots else player),
            )
        )

    def _do(self, command: Any) -> None:
        viewer = FakeViewer(getattr(command, "player", SPECTATOR))
        self.actor.handle(viewer, f"{self.actor.table.seq} {self._rng.random()}", command)


async def test_the_python_of_the_document_does_to_a_table_what_the_server_does() -> None:
    python, types = python_of_document(), set[str]()
    for number, (kind, config) in enumerate(TABLES.items()):
        # A table at which what is rare does not come, or nobody is left, is played again.
        for seed in range(number, 10 * len(TABLES), len(TABLES)):
            if follow_a_table(config, seed, python, types, RARE.get(kind, set())):
                break
        else:
            pytest.fail(f"{kind}: not all of {RARE.get(kind)}")
    assert types | UNSEEN == {tag_of(event) for event in get_args(TableEvent)}


def follow_a_table(
    config: Json, seed: int, python: SimpleNamespace, types: set[str], wanted: set[str]
) -> bool:
    """Follow a table, adding the types of its events, until the wanted ones are there in a hand.

    Then it is closed.  Returns whether it came so far.
    """
    play = Play(config, seed)
    # Some of the players are enough: the others are shown the same, but for their cards.
    followers = [Follower(play.actor, who, python) for who in (*play.players[:2], SPECTATOR)]
    in_hand = False
    for step in range(6 * STEPS):
        play.step()
        for number, follower in enumerate(followers):
            types |= follower.follow(closely=step % len(followers) == number)
        in_hand = play.actor.table.hand is not None
        if step > STEPS and in_hand and wanted <= types:
            break
    play.actor.close("operator")
    types |= set[str]().union(*(follower.follow() for follower in followers))
    return in_hand and wanted <= types


async def test_it_knows_the_events_that_no_viewer_is_sent_after_a_snapshot() -> None:
    python, play = python_of_document(), Play({"seats": 2}, 0)
    before = python.filled(watch(play.actor, FakeViewer(SPECTATOR)))
    state = before | {"seats": []}
    python.apply(state, {"type": "table_opened", "config": {"seats": 2}, "host": PLAYERS[0]})
    python.apply(state, {"type": "log_restarted", "table": None})
    assert state == before | {"seq": before["seq"] + 2}


def test_it_asks_for_a_snapshot_where_an_event_is_newer_than_it() -> None:
    table = {"seq": 1, "seats": [], "hand": None, "last_hand": None}
    with pytest.raises(ValueError, match="take a snapshot"):
        python_of_document().apply(table, {"type": "from_the_future"})


@pytest.mark.parametrize(
    "words",
    [
        f"the server remembers the latest {RECEIPTS_PER_PLAYER} commands that were carried out",
        f"also remembers the latest {CHIP_RECEIPTS_PER_PLAYER} that move chips",
        f"only the {RECEIPT_PLAYERS} with the latest commands are remembered",
        f"at most {RECEIPTS_PER_PLAYER} unanswered commands at a table",
        f"the latest {HISTORY_EVENTS:,} events of a table since it was loaded",
        f"up to {READ_BACK_EVENTS:,} older ones",
        f"hands of the latest {HISTORY_EVENTS:,} events",
        f"Missed events come in messages of at most {MISSED_EVENTS}",
        f"a player who sits out for {HANDS_TO_STAND_UP} hands in a row",
        f"its latest transfers, at most {HISTORY_PAGE}",
        f"There are at most {HISTORY_PAGE} transfers",
    ],
)
def test_the_numbers_of_the_text_are_those_of_the_server(words: str) -> None:
    assert words in " ".join(DOCUMENT.split())
