"""A session of 8-game that is the same each time: all messages that one of its players gets.

The deck, the actions and the clock are drawn from a seed. The rules and the redaction are those of
the server. It measures nothing.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from bench.hands import NOW_MS, choose_action, choose_discards
from pokerws.game import commands
from pokerws.game.deal import shuffler
from pokerws.game.events import TableEvent
from pokerws.game.redaction import are_public, redact_all, redact_table
from pokerws.game.state import Hand, PlayerId, TableConfig, TableId
from pokerws.game.table import open_table, play
from pokerws.messages import PROTOCOL, Accepted, Events, Limits, ServerMessage, Snapshot, Welcome
from pokerws.server.sessions.player_handlers import CAPABILITIES
from pokerws.server.sessions.variant_summaries import MIX_SUMMARIES, VARIANT_SUMMARIES

SEATS, STACK = 6, 10_000
HANDS, SEED = 96, 16
TABLE = TableId("5f0c64a2e19b")
CONFIG = TableConfig(
    variant="8-GAME",
    seats=SEATS,
    small_blind=50,
    big_blind=100,
    min_buy_in=STACK,
    max_buy_in=STACK,
)
# A guest's session as long as a real one.
SESSION = "s1.cF8wMDAwMDAwMDAwMDAwMDAw.1796000000." + "Zm9vYmFyYmF6" * 4


class Sent(NamedTuple):
    """A message to the player; a public one is the same for all who watch the table."""

    message: ServerMessage
    is_public: bool


class Session:
    """Six players at one table. `sent` are the messages to the first one."""

    def __init__(self, hands: int = HANDS, seed: int = SEED) -> None:
        self._rng = Random(seed)
        self._shuffle = shuffler(self._rng.randbytes)
        self._now_ms = NOW_MS
        self.players = [PlayerId(f"p_{self._rng.randbytes(8).hex()}") for _ in range(SEATS)]
        self.table, _ = open_table(TABLE, "8-game at eight", CONFIG)
        self.sent = list(self._entrance())
        for number, player in enumerate(self.players):
            name = f"Player {number}"
            self._play(commands.Sit(player, name, number, STACK))
        while self.table.hand_number < hands or self.table.hand is not None:
            self._go_on()

    def _entrance(self) -> Iterator[Sent]:
        own = self.players[0]
        welcome = Welcome(
            id="1",
            player=own,
            name="Player 0",
            role="player",
            protocol=PROTOCOL,
            now_ms=self._now_ms,
            flags={},
            limits=Limits(max_message_bytes=4096),
            capabilities=CAPABILITIES,
            session=SESSION,
            variants=VARIANT_SUMMARIES,
            mixes=MIX_SUMMARIES,
        )
        yield Sent(welcome, False)
        yield Sent(Accepted("2", table=TABLE), False)
        state = redact_table(self.table, own)
        yield Sent(Snapshot(TABLE, 1, self.table.seq, self._now_ms, state, None), False)

    def _go_on(self) -> None:
        """The next command: of the player to act, of one who was busted, or of the clock."""
        table = self.table
        if table.hand is not None:
            self._play(self._choose(table.hand))
            return
        for seat in table.seats:
            if seat is not None and seat.sitting_out:
                self._play(commands.AddChips(seat.player, STACK - seat.stack))
                self._play(commands.SitIn(seat.player))
        self._now_ms = max(self._now_ms, table.next_hand_at_ms or 0)
        self._play(commands.TimeUp())

    def _choose(self, hand: Hand) -> commands.Act:
        turn, draw = hand.turn, self._rng.random
        if turn is None:
            raise ValueError("a hand always waits for a player")
        player, action = self.players[turn.seat], choose_action(turn.actions, draw)
        if action in ("bet", "raise"):
            return commands.Act(player, turn.number, action, turn.min_to)
        if action == "discard":
            seat = hand.seats[turn.seat]
            cards = choose_discards(turn, [] if seat is None else seat.cards, draw)
            return commands.Act(player, turn.number, action, cards=cards)
        return commands.Act(player, turn.number, action)

    def _play(self, command: commands.Command) -> None:
        self._now_ms += self._rng.randrange(500, 9000)
        before = self.table.seq
        events = play(self.table, command, self._now_ms, self._shuffle)
        if getattr(command, "player", None) == self.players[0]:
            self.sent.append(Sent(Accepted(f"4f1d2c3b-{len(self.sent)}", before + 1), False))
        self._publish(before + 1, events)

    def _publish(self, first_seq: int, events: Sequence[TableEvent]) -> None:
        shown = redact_all(events, self.players[0])
        message = Events(TABLE, 1, first_seq, self._now_ms, shown)
        self.sent.append(Sent(message, are_public(events)))
