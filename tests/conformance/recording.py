"""Plays a table with the real engine, and writes down what one viewer receives and then knows.

Everything is deterministic: the clock moves by hand, and `Dice` uses only what every version of
Python computes alike.
"""

import json
import random
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, TypeVar

import msgspec

from pokerws.game import commands
from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.redaction import redact_table
from pokerws.game.state import PlayerId, Table, TableId, Turn
from pokerws.game.table import open_table
from pokerws.messages import Watch
from pokerws.messages.state_hash import state_hash
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actor import TableActor
from pokerws.storage.store import Change, TableSnapshot
from tests.server.fakes import FakeConnections, FakeJournal, FakeOwner, FakeViewer, ManualClock
from tests.vaults import VAULT

TABLE = TableId("t_conformance")
EPOCH = 3
# Numbers of this size do not fit into 32 bits.
START_MS = 1_800_000_000_000
PLAYERS = [PlayerId(f"p_{name}") for name in "ann ben cleo dan eve fay".split()]
NAMES = dict(zip(PLAYERS, ("Ann", "Ben", "Cléo ☘", 'Dan "D"', "Eve", "Fay\\"), strict=True))
RAILBIRD = PlayerId("p_railbird")
# A whole state is written with every so many messages of events, and with the last one.
STATE_EVERY = 16
# The cheapest ways to stay in a hand, by preference.
CALM: tuple[commands.Action, ...] = ("check", "call", "stand_pat", "bring_in", "fold")

T = TypeVar("T")


class Dice:
    """Random choices that are the same in every version of Python."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def between(self, least: int, most: int) -> int:
        return least + self.below(most - least + 1)

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def choice(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in options]


class FixedClock(ManualClock):
    """A clock that stands still and starts at a large number."""

    def __init__(self) -> None:
        super().__init__()
        self._now_ms = START_MS


class ForgetfulJournal(FakeJournal):
    """A journal that stores nothing, and says at once that it did."""

    def put(self, change: Change) -> None:
        if self.actor is not None:
            self.actor.written(change.version)


class Recorder(FakeViewer):
    """A viewer that writes down what it receives, with the state after each message."""

    def __init__(self, play: "Play", player: PlayerId) -> None:
        super().__init__(player)
        self.play = play
        self.steps: list[dict[str, Any]] = []
        # Messages that pass are written down; others are lost on the way.
        self.is_deaf = False
        self._events = 0

    def answer(self, message: Any) -> None:
        self._hear(msgspec.json.encode(message))

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        self._hear(frame)

    def fail(self, error: Exception) -> None:
        self.play.error = error

    def _hear(self, frame: bytes) -> None:
        if not self.is_deaf:
            message = json.loads(frame)
            self.steps.append({"in": message, "then": self._then(message["type"])})

    def _then(self, kind: str) -> dict[str, Any]:
        """What the viewer knows after a message of this type."""
        if kind in ("accepted", "rejected"):
            return self.known()
        self._events += kind == "events"
        is_whole = kind == "events" and self._events % STATE_EVERY == 0
        return self.play.known_to(self.player, whole=is_whole)

    @property
    def events(self) -> list[dict[str, Any]]:
        """All events that were received."""
        messages = (step.get("in", {}) for step in self.steps)
        return [event for message in messages for event in message.get("events", ())]

    def known(self) -> dict[str, Any]:
        """What the viewer knows already; nothing is certain until a snapshot that it asked for."""
        for step in reversed(self.steps):
            if "state_hash" in step["then"]:
                return {name: step["then"][name] for name in ("epoch", "seq", "state_hash")}
            if "in" in step and "watch" in step["then"]:
                return {}
        return {}

    def connect(self, **watch: int) -> None:
        """Watch on a new connection, from where the viewer is."""
        self.steps.append({"connect": True, "then": {"watch": watch}})
        self.play.watch(self, **watch)

    def reconnect(self) -> None:
        """Watch on a new connection, from what the viewer knows."""
        known = self.known()
        self.connect(after_seq=known["seq"], epoch=known["epoch"])

    def hear(self, message: dict[str, Any], **then: Any) -> None:
        """Write down a message that no server has sent; it changes nothing by default."""
        self.steps.append({"in": message, "then": then or self.known()})

    def ask_again(self) -> None:
        """Be sent a snapshot, after a message that made the viewer ask for one."""
        self.steps[-1]["then"] = {"watch": {}}
        self.is_deaf = False
        self.play.watch(self)

    def end(self) -> None:
        """Write the whole state down with the last message that has one."""
        for step in reversed(self.steps):
            if "state_hash" in step["then"]:
                step["then"]["state"] = self.play.known_to(self.player, whole=True)["state"]
                return


class Play:
    """A table that is played, with a recorder for each of its recorded viewers."""

    def __init__(self, config: TableConfig, seed: int = 1) -> None:
        self.dice = Dice(seed)
        self.clock = FixedClock()
        self.connections = FakeConnections()
        self.decks: list[str] = []
        # What went wrong while a recorder was sent something.
        self.error: Exception | None = None
        self._ids = count(1)
        self._sender = FakeViewer("p_sender")
        table, events = open_table(TABLE, "Conformance", config, PLAYERS[0])
        self.start = msgspec.json.decode(msgspec.json.encode(Table(TABLE, table.name, config)))
        self._load(table, EPOCH)
        self.actor.opened(events)

    def _load(self, table: Table, epoch: int) -> None:
        journal = ForgetfulJournal()
        self.actor = TableActor(
            TableSnapshot(table),
            epoch,
            branch=epoch,
            clock=self.clock,
            shuffle=self._shuffle,
            journal=journal,
            keep_events=True,
            owner=FakeOwner(),
            vault=VAULT,
            connections=self.connections,
        )
        journal.actor = self.actor

    def _shuffle(self, cards: Sequence[Card]) -> list[Card]:
        """The deck: its first cards are those of `decks`, if there are any."""
        first = self.decks.pop(0).split() if self.decks else []
        rest = [card for card in self.dice.shuffled(cards) if card not in first]
        return [*map(Card, first), *rest]

    @property
    def table(self) -> Table:
        return self.actor.table

    @property
    def turn(self) -> Turn | None:
        return None if self.table.hand is None else self.table.hand.turn

    def load_again(self, epoch: int = EPOCH + 1) -> None:
        """Go on as a server does that was killed: with the stored table, on another branch."""
        self.actor.stop()
        self._load(self.table, epoch)
        self.actor.resume(self.clock.table_ms(), 0, restart_log=True)

    def watch(
        self, recorder: Recorder, *, after_seq: int | None = None, epoch: int | None = None
    ) -> None:
        self.actor.watch(recorder, Watch(f"w{next(self._ids)}", TABLE, after_seq, epoch))

    def known_to(self, player: PlayerId, *, whole: bool = False) -> dict[str, Any]:
        """The state as a player knows it."""
        table = self.table
        known = {
            "epoch": self.actor.branch,
            "seq": table.seq,
            "state_hash": state_hash(table, player),
        }
        if whole:
            state = msgspec.json.decode(msgspec.json.encode(redact_table(table, player)))
            known["state"] = {
                name: part for name, part in state.items() if name not in ("id", "name", "config")
            }
        return known

    # ---- commands

    def do(self, command: commands.Command, viewer: FakeViewer | None = None) -> None:
        """Carry out a command of a player; refusals are ignored."""
        sender = viewer or self._sender
        if (player := getattr(command, "player", None)) is not None and viewer is None:
            sender.player = player
        self.actor.handle(sender, f"c{next(self._ids)}", command)
        self._check()

    def seat(self, *stacks: int) -> None:
        """Seat the first players, in the first seats."""
        for number, stack in enumerate(stacks):
            player = PLAYERS[number]
            self.do(commands.Sit(player, NAMES[player], number, stack))

    def _check(self) -> None:
        if self.error is not None:
            raise self.error

    def wait(self) -> None:
        """Let time pass up to the next deadline."""
        if (due_ms := self.table.deadline_ms) is not None:
            self.clock.advance(max(0, due_ms - self.clock.table_ms()))
        self._check()

    def connect(self, player: PlayerId, *, connected: bool) -> None:
        """A player loses the connection, or has one again."""
        (self.connections.away.discard if connected else self.connections.away.add)(player)
        self.actor.connection_changed(player, connected=connected)
        self._check()

    def deal(self, deck: str = "") -> None:
        """Let the next hand start, with these first cards in dealing order."""
        if deck:
            self.decks.append(deck)
        self.wait()

    def act(self, action: commands.Action, amount: int | None = None, cards: str = "") -> None:
        """Act for whoever is to act, half a second later."""
        turn = self.turn
        assert turn is not None, "nobody is to act"
        seat = self.table.seats[turn.seat]
        assert seat is not None, "the player to act has a seat"
        self.clock.advance(500)
        discards = [Card(card) for card in cards.split()] if cards else None
        self.do(commands.Act(seat.player, turn.number, action, amount, discards))

    def act_all(self, *actions: commands.Action) -> None:
        for action in actions:
            self.act(action)

    def run_out(self, *, most: int = 40) -> None:
        """Check or call until the hand is over."""
        for _ in range(most):
            if self.turn is None:
                return
            self.act(next(action for action in CALM if action in self.turn.actions))

    def fold_out(self) -> None:
        """Fold until the hand is over."""
        while self.turn is not None:
            self.act("fold")

    def act_randomly(self) -> None:
        """Anything that is legal; folds are rare, so that hands last long."""
        turn, dice, hand = self.turn, self.dice, self.table.hand
        assert turn is not None
        assert hand is not None
        others = [action for action in turn.actions if action != "fold"]
        folds = "fold" in turn.actions and dice.happens(0.12)
        action = "fold" if folds or not others else dice.choice(others)
        amount = None
        if action in ("bet", "raise"):
            is_all_in = dice.happens(0.15)
            amount = turn.max_to if is_all_in else dice.choice([turn.min_to, turn.min_to * 2])
            amount = dice.choice(turn.sizes) if turn.sizes else min(amount, turn.max_to)
        part = hand.seats[turn.seat]
        assert part is not None
        fewest = max(1, turn.discard_min)
        held = dice.between(fewest, max(fewest, turn.discard_max)) if action == "discard" else 0
        cards = " ".join(dice.shuffled(part.cards)[:held])
        self.act(msgspec.convert(action, commands.Action), amount, cards)


def lines(about: dict[str, Any], steps: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The lines of a session's file."""
    for line in (about, *steps):
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"
