"""A recording of play at one table of our server: the bytes that its viewers received.

It is made over real connections, and replayed by servers that know no poker.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from bench.live.servers import running
from pokerws.load.joining import Joined, join_poker
from pokerws.load.load import Load, Style
from pokerws.load.play import Phrases, Turn, chooser, next_turn

HANDS = 300
# The first hands differ: not all players are dealt in, and some post extra blinds.
FIRST_HANDS = 5


class Shown(Struct, frozen=True):
    """A frame of events. Seats in `private` get their own version, as of hole cards."""

    public: bytes
    private: dict[int, bytes]

    def to(self, seat: int) -> bytes:
        """The version for a seat."""
        return self.private.get(seat, self.public)


class Step(Struct, frozen=True):
    """A command's answer and the frames that follow: its events, and after the last command of a
    hand the start of the next one. `turn` is the one that the command answers.
    """

    turn: Turn
    answer: bytes
    shown: list[Shown]


class Recording(Struct, frozen=True):
    """Complete hands."""

    steps: list[Step]

    @classmethod
    def read(cls, path: Path) -> "Recording":
        """The recording in a file."""
        return msgspec.msgpack.decode(path.read_bytes(), type=cls)

    def write(self, path: Path) -> None:
        """Write it to a file."""
        path.write_bytes(msgspec.msgpack.encode(self))


def record(style: Style, *, hands: int = HANDS) -> Recording:
    """Play that many hands at a table of our server."""
    with running("ours") as server:
        load = Load(port=server.port, spectators=1, style=style)
        (joined,) = join_poker(load, [0])
        try:
            steps = _played(joined, style, FIRST_HANDS + hands)
        finally:
            joined.leave()
    starts = [index + 1 for index, step in enumerate(steps) if len(step.shown) == 2]
    return Recording(steps[starts[FIRST_HANDS - 1] :])


def _played(joined: Joined, style: Style, hands: int) -> list[Step]:
    choose, phrases, turn = chooser(style, seed=1), Phrases(joined.id), joined.turn
    steps: list[Step] = []
    while hands:
        actor = joined.connections[turn.seat]
        actor.socket.sendall(phrases.frame(turn, choose(turn)))
        answer = actor.receive_text()
        if not answer.startswith(b'{"type":"accepted"'):
            raise ValueError(f"a command was answered with {answer!r}")
        shown, following = [_shown(joined)], None
        while (following := next_turn(shown[-1].public)) is None:
            shown.append(_shown(joined))
        steps.append(Step(turn, answer, shown))
        hands -= len(shown) - 1
        turn = following
    return steps


def _shown(joined: Joined) -> Shown:
    """The next frame of all viewers, the last of whom is a spectator."""
    *own, public = (caller.receive_text() for caller in joined.connections)
    return Shown(public, {seat: frame for seat, frame in enumerate(own) if frame != public})
