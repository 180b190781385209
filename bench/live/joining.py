"""How the generator comes to its tables: connections that are opened, greeted and seated.

It works with plain blocking sockets, a few tables at a time.  What it hands over are tables at
which somebody is to act and all viewers have seen the same.
"""

import json
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple, Protocol

import jwt
import msgspec

from bench.live.frames import PING, TEXT, pong_frame, span, text_frame
from bench.live.load import Load
from bench.live.play import Turn

# One address has not enough ports for all connections of a large load.
CONNECTIONS_AN_ADDRESS = 8000
BUY_IN = 10_000_000
TIMEOUT_S = 20.0
# The next hand follows at once, and nobody is too late, nor ever out of chips.
CONFIG = {
    "small_blind": 50,
    "big_blind": 100,
    "min_buy_in": BUY_IN,
    "max_buy_in": BUY_IN,
    "turn_time_ms": 600_000,
    "next_hand_delay_ms": 0,
}


class NotJoined(Exception):
    """A server did not do its part."""


class Joined(NamedTuple):
    """A table with all its viewers, and the turn that is to be answered.

    The connections of `seats` are in the order of the seats, those of spectators follow.
    """

    id: str
    connections: "list[Caller]"
    seats: int
    turn: Turn

    def leave(self) -> None:
        """Close all connections."""
        for caller in self.connections:
            caller.socket.close()


class Join(Protocol):
    """Brings all viewers to the tables of these numbers."""

    def __call__(self, load: Load, numbers: Sequence[int], /) -> list[Joined]: ...


class Caller:
    """One connection during set-up.  `rest` is what came and was not asked for yet.

    `token` is what brings the same player back.
    """

    def __init__(self, port: int, number: int) -> None:
        address = f"127.0.0.{1 + number // CONNECTIONS_AN_ADDRESS}"
        self.socket = socket.create_connection(
            ("127.0.0.1", port), TIMEOUT_S, source_address=(address, 0)
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.token = ""
        try:
            self._shake_hands(port)
        except BaseException:
            self.socket.close()
            raise

    def _shake_hands(self, port: int) -> None:
        self.socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101 "):
            raise NotJoined(f"the server answered {head!r} {self.rest!r}")

    def send(self, **message: object) -> None:
        """Send a message."""
        self.socket.sendall(text_frame(json.dumps(message, separators=(",", ":")).encode()))

    def receive(self) -> dict[str, Any]:
        """The next message."""
        message: dict[str, Any] = json.loads(self.receive_text())
        return message

    def receive_text(self) -> bytes:
        """The next message as it came."""
        while True:
            found = span(self.rest, 0, len(self.rest))
            if found is None:
                self._more()
                continue
            opcode, payload = self.rest[0], self.rest[slice(*found)]
            self.rest = self.rest[found[1] :]
            if opcode == TEXT:
                return payload
            if opcode != PING:
                raise NotJoined(f"a frame {opcode:#x} came: {payload!r}")
            self.socket.sendall(pong_frame(payload))

    def receive_a(self, *types: str) -> dict[str, Any]:
        """The next message, which has to be of one of these types."""
        message = self.receive()
        if message.get("type") not in types:
            raise NotJoined(f"waited for {' or '.join(types)}, and there came {message}")
        return message

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise NotJoined("the server closed the connection")
        self.rest += data


@contextmanager
def _viewers(load: Load, numbers: Sequence[int]) -> Iterator[list[list[Caller]]]:
    """Connections for all viewers of each table, closed again where something goes wrong."""
    viewers = load.seats + load.spectators
    opened: list[Caller] = []
    try:
        # One by one, for the queue of a server that listens is short.
        opened.extend(
            Caller(load.port, viewers * number + viewer)
            for number in numbers
            for viewer in range(viewers)
        )
        yield [opened[first : first + viewers] for first in range(0, len(opened), viewers)]
    except BaseException:
        for caller in opened:
            caller.socket.close()
        raise


def join_poker(load: Load, numbers: Sequence[int], /) -> list[Joined]:
    """Open tables at a poker server and take their seats, as clients do."""
    with _viewers(load, numbers) as viewers:
        everybody = list(chain(*viewers))
        for caller in everybody:
            credentials = _credentials(load)
            caller.token = credentials.get("token", "")
            caller.send(type="hello", id="hello", capabilities=[], **credentials)
        for caller in everybody:
            # A guest gets a token for the next time.
            caller.token = caller.receive_a("welcome").get("session", caller.token)
        ids = _opened([first for first, *_ in viewers], load.seats)
        seated = list(zip(ids, viewers, strict=True))
        _sit([(table, those[: load.seats]) for table, those in seated])
        # Nobody watches before all sit, so that all see the same from the first turn on.
        turns = [_first_turn(those[0], table) for table, those in seated]
        for table, those in seated:
            for caller in those[1:]:
                caller.send(type="watch", id="watch", table=table)
        for caller in chain(*(those[1:] for those in viewers)):
            caller.receive_a("accepted")
            caller.receive_a("snapshot")
        return [
            Joined(table, those, load.seats, turn)
            for (table, those), turn in zip(seated, turns, strict=True)
        ]


def join_script(load: Load, numbers: Sequence[int], /) -> list[Joined]:
    """Take the seats of tables at the ceiling, which says whose turn it is when asked."""
    with _viewers(load, numbers) as viewers:
        for number, those in zip(numbers, viewers, strict=True):
            for seat, caller in enumerate(those):
                caller.send(table=number, seat=seat)
        turns = [[caller.receive() for caller in those] for those in viewers]
        return [
            Joined(str(number), those, load.seats, msgspec.convert(said[0], Turn))
            for number, those, said in zip(numbers, viewers, turns, strict=True)
        ]


JOIN: dict[str, Join] = {"poker": join_poker, "script": join_script}


def _credentials(load: Load) -> dict[str, str]:
    """A new player's name, or a token where the server wants one."""
    player, now_s = secrets.token_hex(8), int(time.time())
    name = f"P {player}"
    if not load.auth_secret:
        return {"name": name}
    claims = {"sub": player, "name": name, "jti": player, "role": "player"}
    return {
        "token": jwt.encode(
            claims | {"iat": now_s, "exp": now_s + 86_400}, load.auth_secret, "HS256"
        )
    }


def _opened(openers: Sequence[Caller], seats: int) -> list[str]:
    """The ids of new tables, one that each of these players opens."""
    config = CONFIG | {"seats": seats}
    for opener in openers:
        opener.send(type="create_table", id="create", name="Bench", config=config)
    return [opener.receive_a("accepted")["table"] for opener in openers]


def _sit(tables: Sequence[tuple[str, list[Caller]]]) -> None:
    """Give the players of each table its seats."""
    for table, players in tables:
        for seat, player in enumerate(players):
            player.send(type="sit", id="sit", table=table, seat=seat, buy_in=BUY_IN)
    for player in chain(*(players for _, players in tables)):
        player.receive_a("accepted")


def _first_turn(caller: Caller, table: str) -> Turn:
    """Watch the table until its first hand is dealt."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        caller.send(type="watch", id="watch", table=table)
        # Once it watches, the start of the hand may come in between.
        message = caller.receive_a("accepted", "events")
        while message["type"] != "snapshot":
            message = caller.receive_a("accepted", "events", "snapshot")
        hand = message["state"].get("hand")
        if hand is not None and hand.get("turn") is not None:
            return msgspec.convert(hand["turn"], Turn)
    raise NotJoined(f"no hand begins at {table}")
