"""A player at the table of a history in virtual time, who checks all that is shown."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from pokerws.game import commands
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import (
    BoardDealt,
    CardsShown,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import JSON, Accepted, Events, Notice, Snapshot, Watch, server_decoder
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.commit_gate import CommitGate, TableAnswer
from tests.server.fakes import FakeLine

if TYPE_CHECKING:
    from tests.simulation.virtual import World

# A command is answered within this time, whatever happens: longer than any outage here.
ANSWER_S = 10.0
_decode_frame = server_decoder().decode


class Person:
    """A player, and the viewer that is shown things: each is checked as it is shown."""

    def __init__(self, world: "World", name: str) -> None:
        self.player = PlayerId(name)
        self.wire, self.line = JSON, FakeLine()
        self.hears_presence = self.hears_waiting = False
        self.world = world
        # By epoch and start: a replaced process may show something of an older hand late.
        self.hands: dict[int, dict[int, int]] = {}
        self.shown: dict[int, TableEvent] = {}
        self.accepted: dict[str, int] = {}
        self.answer_to: asyncio.Future[TableAnswer] | None = None
        self.asked = ""
        self.actor: TableActor | None = None

    def answer(self, message: TableAnswer) -> None:
        if isinstance(message, Accepted) and message.seq is not None:
            self._check_seq(message.seq)
            before = self.accepted.setdefault(message.id, message.seq)
            self.world.holds(before == message.seq, f"{message.id} got two answers")
        if message.id == self.asked and self.answer_to and not self.answer_to.done():
            self.answer_to.set_result(message)

    def held_by(self, gate: CommitGate, table: TableId) -> None:
        """It sends no answers by itself."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        message = _decode_frame(frame)
        match message:
            case Events(epoch=epoch, seq=seq, events=events):
                self._see(epoch, seq, events)
                for number, event in enumerate(events, start=seq):
                    self._check_seq(number)
                    before = self.shown.setdefault(number, event)
                    self.world.holds(before == event, f"event {number} was another one")
            case Snapshot(epoch=epoch, seq=seq, state=state):
                self.hands.setdefault(epoch, {})[seq] = state.hand_number
                self._check_seq(seq)
            case _:
                pass

    def _see(self, epoch: int, first: int, events: Sequence[TableEvent]) -> None:
        """Remember which cards of which deck were seen."""
        hands = self.hands.setdefault(epoch, {})
        for seq, event in enumerate(events, first):
            if isinstance(event, HandStarted):
                hands[seq] = event.hand
            hand = hands.get(max((start for start in hands if start <= seq), default=0), 0)
            match event:
                case HoleCardsDealt(cards=dealt):
                    self._remember(hand, [card for cards in dealt for card in cards])
                case BoardDealt(cards=cards) | CardsShown(cards=cards):
                    self._remember(hand, cards)
                case HandShown(hand=number, cards=cards):
                    self._remember(number, cards)
                case _:
                    pass

    def _remember(self, hand: int, cards: Sequence[Card]) -> None:
        deck = self.world.process.dealt_from.get(hand)
        if deck is not None:
            seen = self.world.decks[deck].seen.setdefault(self.player, set())
            seen.update(card for card in cards if card != UNKNOWN)

    def send(self, frame: bytes) -> None:
        """Nothing about a table."""

    def send_droppable(self, frame: bytes) -> None:
        """Nobody chats here."""

    def fail(self, error: Exception) -> None:
        raise error

    def lose_table(self, notice: Notice) -> None:
        """Whoever wants something asks again."""

    def close_moved(self, table: TableId) -> None:
        self.actor = None
        self.hang_up()

    def hang_up(self) -> None:
        """The connection is gone, and with it the hope for an answer."""
        if self.answer_to is not None and not self.answer_to.done():
            self.answer_to.cancel()

    def _check_seq(self, seq: int) -> None:
        if self.world.mode == "durable":
            stored = self.world.store.has(self.world.table, seq)
            self.world.holds(stored, f"event {seq} was shown and is not stored")

    async def play(self) -> None:
        """Play at random, and ask again with the same id until there is an answer."""
        number = 0
        rng = self.world.rng
        while True:
            await asyncio.sleep(rng.expovariate(0.5 if self.world.store.calm else 10))
            actor = await self._find()
            command = None if actor is None else self._choose(actor)
            if command is not None:
                number += 1
                await self._ask(f"{self.player}-{number}", command)

    async def _find(self) -> TableActor | None:
        try:
            actor = await self.world.process.lobby.find(self.world.table)
            if actor is not self.actor:
                self.world.process.resumed(actor)
                actor.watch(self, Watch("w", self.world.table))
        except (Illegal, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            return None
        self.actor = actor
        return actor

    def _choose(self, actor: TableActor) -> commands.Command | None:
        seat = actor.table.seat_of(self.player)
        hand = actor.table.hand
        own = None if seat is None else actor.table.seats[seat]
        if own is None:
            return commands.Sit(self.player, "Name", None, 5_000)
        if own.sitting_out and own.stack:
            return commands.SitIn(self.player)
        if own.sitting_out and (hand is None or hand.seats[cast("int", seat)] is None):
            return commands.AddChips(self.player, 5_000)
        if hand is None or hand.turn is None or hand.turn.seat != seat:
            return None
        action = cast("commands.Action", self.world.rng.choice(hand.turn.actions))
        amount = hand.turn.min_to if action in ("bet", "raise") else None
        return commands.Act(self.player, hand.turn.number, action, amount)

    async def _ask(self, command_id: str, command: commands.Command) -> None:
        while True:
            self.asked = command_id
            self.answer_to = asyncio.get_running_loop().create_future()
            actor = await self._find()
            if actor is not None:
                actor.handle(self, command_id, command)
                await asyncio.wait([self.answer_to], timeout=ANSWER_S)
                assert self.answer_to.done(), f"{command_id} was never answered"
                if not self.answer_to.cancelled():
                    return
            await asyncio.sleep(0.05)
