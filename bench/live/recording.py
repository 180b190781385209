"""A recording of play at one table of our own server: the very bytes that its viewers got.

It is made over a real connection, and played again by servers that know nothing of poker.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from bench.live.joining import Joined, join_poker
from bench.live.load import Load, Style
from bench.live.play import Choose, Phrases, Turn, chooser, next_turn
from bench.live.servers import running

HANDS = 300
# Into the first ones not all have been dealt, or some have posted what only newcomers owe.
FIRST_HANDS = 5


class Shown(Struct, frozen=True):
    """A frame of events: what all get, or those with a seat in `private` instead, as hole cards."""

    public: bytes
    private: dict[int, bytes]

    def to(self, seat: int) -> bytes:
        """What a seat gets."""
        return self.private.get(seat, self.public)


class Step(Struct, frozen=True):
    """A command's answer and what is shown then: its events, and the start of the next hand where
    it was the last command of one.  `turn` is the one that the command answers.
    """

    turn: Turn
    answer: bytes
    shown: list[Shown]


class Recording(Struct, frozen=True):
    """Whole hands, from the first turn of one to the end of another."""

    seats: int
    style: Style
    steps: list[Step]

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """The recording in a file."""
        return msgspec.msgpack.decode(path.read_bytes(), type=cls)

    def write(self, path: Path) -> None:
        """Write it to a file."""
        path.write_bytes(msgspec.msgpack.encode(self))


def record(style: Style, *, seats: int = 6, hands: int = HANDS, seed: int = 1) -> Recording:
    """Play that many hands at a table of a server of our own."""
    with running("ours") as server:
        load = Load(port=server.port, tables=1, seats=seats, spectators=1, style=style)
        (joined,) = join_poker(load, [0])
        try:
            steps = _played(joined, chooser(style, seed), hands)
        finally:
            joined.leave()
    return Recording(seats, style, steps)


def _played(joined: Joined, choose: Choose, hands: int) -> list[Step]:
    play, turn = _Player(joined, choose), joined.turn
    for _ in range(FIRST_HANDS):
        _, turn = play.hand(turn)
    steps: list[Step] = []
    for _ in range(hands):
        more, turn = play.hand(turn)
        steps += more
    return steps


class _Player:
    """Plays for all seats of a table, one step after the other."""

    def __init__(self, joined: Joined, choose: Choose) -> None:
        self._connections = joined.connections
        self._phrases = Phrases(joined.id)
        self._choose = choose

    def hand(self, turn: Turn) -> tuple[list[Step], Turn]:
        """The rest of a hand, and the first turn of the next one."""
        steps: list[Step] = []
        while True:
            actor = self._connections[turn.seat]
            actor.socket.sendall(self._phrases.frame(turn, self._choose(turn)))
            answer = actor.receive_text()
            if not answer.startswith(b'{"type":"accepted"'):
                raise ValueError(f"a command was answered with {answer!r}")
            shown, after = self._look()
            if after is not None:
                steps.append(Step(turn, answer, [shown]))
                turn = after
                continue
            start, after = self._look()
            assert after is not None, "a hand begins with a turn"
            steps.append(Step(turn, answer, [shown, start]))
            return steps, after

    def _look(self) -> tuple[Shown, Turn | None]:
        """The next frame that all viewers get; the last one is a spectator."""
        *own, public = (caller.receive_text() for caller in self._connections)
        private = {seat: frame for seat, frame in enumerate(own) if frame != public}
        return Shown(public, private), next_turn(public)
