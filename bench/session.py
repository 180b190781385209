"""A session of 8-game that is the same each time: all that one of its players is sent.

The deck, the actions and the clock are drawn from a seed. Rules, redaction and messages are those
of the server; there are no sockets. It measures nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from bench.hands import NOW_MS, choose_action, choose_discards
from pokerws.game import commands
from pokerws.game.deal import shuffler
from pokerws.game.state import Hand, PlayerId, TableConfig, TableId
from pokerws.game.table import open_table, play
from pokerws.messages import PROTOCOL, Accepted, Limits, Watch, Welcome, Wire
from pokerws.messages.capabilities import CAPABILITIES
from pokerws.server.clock import Clock
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.sessions.variant_summaries import MIX_SUMMARIES, VARIANT_SUMMARIES
from pokerws.server.tables.commit_gate import CommitGate, TableAnswer
from pokerws.server.tables.recent_events import RecentEvents
from pokerws.server.tables.viewers import Viewers

SEATS, STACK = 6, 10_000
HANDS, SEED = 48, 16
TABLE = TableId("5f0c64a2e19b")
CONFIG = TableConfig(
    variant="8-GAME",
    seats=SEATS,
    small_blind=50,
    big_blind=100,
    min_buy_in=STACK,
    max_buy_in=STACK,
)
# As long as a guest's real one.
SESSION = "guest." + "0123456789abcdef" * 6


class StillClock(Clock):
    """A clock that stands where the session has put it."""

    at_ms = NOW_MS

    def table_ms(self) -> int:
        """Milliseconds UTC."""
        return self.at_ms


@dataclass(eq=False)
class Player:
    """A player's connection. `sent` has the messages, with the context of those for everybody."""

    hears_presence = True

    player: PlayerId
    wire: Wire
    sent: list[tuple[bytes, SharedContext | None]] = field(default_factory=list)

    def answer(self, message: TableAnswer | Welcome) -> None:
        """Part of `interfaces.Viewer`."""
        self.send(self.wire.encode(message))

    def send(self, frame: bytes) -> None:
        """Part of `interfaces.Viewer`."""
        self.sent.append((frame, None))

    def held_by(self, gate: CommitGate, table: TableId) -> None:
        """Part of `interfaces.Viewer`: nothing else answers it."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        """Part of `interfaces.Viewer`."""
        self.sent.append((frame, shared))

    def send_droppable(self, frame: bytes) -> None:
        """Part of `interfaces.Viewer`."""
        self.send(frame)

    def fail(self, error: Exception) -> None:
        """Part of `interfaces.Viewer`."""
        raise error

    def close_moved(self, table: TableId) -> None:
        """Part of `interfaces.Viewer`."""


class Session:
    """Six players at one table, the first of whom is connected on each of the wires."""

    def __init__(self, wires: Sequence[Wire], hands: int = HANDS, seed: int = SEED) -> None:
        self._rng = Random(seed)
        self._shuffle = shuffler(self._rng.randbytes)
        self._clock = StillClock()
        self._players = [PlayerId(f"p_{self._rng.randbytes(8).hex()}") for _ in range(SEATS)]
        self._table, opened = open_table(TABLE, "8-game", CONFIG)
        gate = CommitGate(durable=False, written=0)
        history = RecentEvents(TABLE, self._table.seq)
        self._viewers = Viewers(self._table, 1, gate, history, self._clock, absent=lambda table: ())
        self._viewers.publish(opened, 1, self._clock.at_ms)
        self.connections = [Player(self._players[0], wire) for wire in wires]
        self._enter()
        for number, player in enumerate(self._players):
            self._play(commands.Sit(player, f"Player {number}", number, STACK))
        while self._table.hand_number < hands or self._table.hand is not None:
            self._go_on()

    def _enter(self) -> None:
        """Say hello, and watch the table."""
        for connection in self.connections:
            welcome = Welcome(
                id="1",
                player=connection.player,
                name="Player 0",
                role="player",
                protocol=PROTOCOL,
                now_ms=self._clock.at_ms,
                flags={},
                limits=Limits(max_message_bytes=4096),
                capabilities=CAPABILITIES,
                session=SESSION,
                variants=VARIANT_SUMMARIES,
                mixes=MIX_SUMMARIES,
            )
            connection.answer(welcome)
            self._viewers.join(connection, Watch("2", TABLE), ())

    def _go_on(self) -> None:
        """The next command: of the player to act, of those who were busted, or of the clock."""
        table = self._table
        if table.hand is not None:
            self._play(self._act(table.hand))
            return
        for seat in table.seats:
            if seat is not None and seat.sitting_out:
                self._play(commands.AddChips(seat.player, STACK - seat.stack))
                self._play(commands.SitIn(seat.player))
        self._clock.at_ms = max(self._clock.at_ms, table.next_hand_at_ms or 0)
        self._play(commands.TimeUp())

    def _act(self, hand: Hand) -> commands.Act:
        """A random legal action."""
        turn, draw = hand.turn, self._rng.random
        if turn is None:
            raise ValueError("a hand always waits for a player")
        player, action = self._players[turn.seat], choose_action(turn.actions, draw)
        if action in ("bet", "raise"):
            return commands.Act(player, turn.number, action, turn.min_to)
        if action == "discard":
            seat = hand.seats[turn.seat]
            cards = choose_discards(turn, [] if seat is None else seat.cards, draw)
            return commands.Act(player, turn.number, action, cards=cards)
        return commands.Act(player, turn.number, action)

    def _play(self, command: commands.Command) -> None:
        """Carry out a command, answer it and show its events, as a table of the server does."""
        self._clock.at_ms += self._rng.randrange(500, 9000)
        first = self._table.seq + 1
        events = play(self._table, command, self._clock.at_ms, self._shuffle)
        if getattr(command, "player", None) == self._players[0]:
            for connection in self.connections:
                self._viewers.answer(connection, Accepted(f"4f1d2c3b-{first}", first))
        self._viewers.publish(events, first, self._clock.at_ms)
