"""Clients that come back after they have been cut off, all at once.

Each opens a connection, says who it was and where it left off, and is back when it has what it
missed.  As soon as all of a table are back, the one whose turn it is acts: so it shows that the
play goes on.  One loop has them all; it is to be run on a processor of its own.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from msgspec import Struct

from bench.live.calls import TIMEOUT_S, Call, CallFailed, Ending, hold
from bench.live.play import Turn


class Place(NamedTuple):
    """Where somebody was: who, at which table, and what it had seen there."""

    token: str
    table: str
    seat: int
    epoch: int
    seq: int


@dataclass
class Back:
    """What came of a return: seconds from the start, of each client until it had caught up, and of
    each table until all had seen its next action.

    `snapshots` is how many clients were given a whole table, instead of the events they missed.
    """

    caught_up_s: list[float] = field(default_factory=list)
    played_s: list[float] = field(default_factory=list)
    snapshots: int = 0


class _Event(Struct, gc=False):
    turn: Turn | None = None


class _Hand(Struct, gc=False):
    turn: Turn | None = None


class _State(Struct, gc=False):
    hand: _Hand | None = None


class _Message(Struct, gc=False):
    """What has to be known of anything that the server says."""

    type: str
    seq: int | None = None
    events: list[_Event] = []
    state: _State | None = None


_decode = msgspec.json.Decoder(_Message).decode


class _Client:
    """Somebody who comes back to a table."""

    def __init__(self, place: Place, table: "_Table", everyone: "_Everyone") -> None:
        self.place = place
        self.seq = -1
        hello = {"type": "hello", "id": "hello", "capabilities": [], "token": place.token}
        self.call = Call(msgspec.json.encode(hello), self._hear, everyone.ending.fail)
        self._table = table
        self._everyone = everyone

    def _hear(self, payload: bytes) -> None:
        message = _decode(payload)
        match message.type:
            case "welcome":
                watch = {"type": "watch", "id": "watch", "table": self.place.table}
                seen = {"after_seq": self.place.seq, "epoch": self.place.epoch}
                self.call.send(msgspec.json.encode(watch | seen))
            case "snapshot" if message.state is not None and message.seq is not None:
                hand = message.state.hand
                self._everyone.back.snapshots += 1
                self._see(message.seq, None if hand is None else hand.turn)
            case "events" if message.seq is not None:
                self._see(message.seq + len(message.events) - 1, message.events[-1].turn)
            case "accepted" if message.seq is not None:
                self._table.acted_seq = message.seq
                self._table.look()
            case "rejected":
                self._everyone.ending.fail(f"the server said {payload!r}")
            case _:
                pass  # Other answers, and what the server has to say.

    def _see(self, seq: int, turn: Turn | None) -> None:
        is_back = self.seq >= 0
        self.seq = seq
        if not is_back:
            self._everyone.caught_up()
            self._table.is_back(turn)
        self._table.look()


class _Table:
    """Those who come back to one table."""

    def __init__(self, everyone: "_Everyone", places: Sequence[Place]) -> None:
        self.clients = [_Client(place, self, everyone) for place in places]
        self.acted_seq: int | None = None
        self._away = len(self.clients)
        self._is_done = False
        self._everyone = everyone

    def is_back(self, turn: Turn | None) -> None:
        """One more has caught up."""
        self._away -= 1
        if self._away:
            return
        if turn is None:
            self._everyone.ending.fail("nobody is to act at a table to which all have come back")
            return
        (actor,) = (client for client in self.clients if client.place.seat == turn.seat)
        act = {"type": "act", "id": f"back {turn.number}", "table": actor.place.table}
        action = "check" if "check" in turn.actions else "fold"
        actor.call.send(msgspec.json.encode(act | {"turn": turn.number, "action": action}))

    def look(self) -> None:
        """See whether all have seen the action."""
        acted = self.acted_seq
        if acted is None or self._is_done:
            return
        if all(client.seq >= acted for client in self.clients):
            self._is_done = True
            self._everyone.played()


class _Everyone:
    """All of them, and the clock."""

    def __init__(self, tables: Sequence[Sequence[Place]]) -> None:
        self.back = Back()
        self.ending = Ending()
        self.tables = [_Table(self, places) for places in tables]
        self._began_s = time.perf_counter()

    def caught_up(self) -> None:
        self.back.caught_up_s.append(time.perf_counter() - self._began_s)

    def played(self) -> None:
        self.back.played_s.append(time.perf_counter() - self._began_s)
        if len(self.back.played_s) == len(self.tables):
            self.ending.done()


async def come_back(port: int, tables: Sequence[Sequence[Place]]) -> Back:
    """Have all come back to their tables, and play an action at each.  Raises CallFailed."""
    everyone = _Everyone(tables)
    calls = [client.call for table in everyone.tables for client in table.clients]
    try:
        await hold(port, calls, everyone.ending)
    except TimeoutError as error:
        raise CallFailed(
            f"after {TIMEOUT_S:g} s {len(everyone.back.caught_up_s)} of {len(calls)} have caught "
            f"up, and {len(everyone.back.played_s)} of {len(tables)} tables play"
        ) from error
    return everyone.back
