"""How the generator takes its seats: connections opened, greeted and seated.

It uses blocking sockets, for a few tables at a time. It returns tables where a player is to act and
all viewers have seen the same events.
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

from pokerws.load.frames import PING, TEXT, pong_frame, span, text_frame
from pokerws.load.load import Load
from pokerws.load.play import Turn
from pokerws.settings.network import netloc

LOOPBACK = "127.0.0.1"
# One address has too few ports for all connections of a large load.
CONNECTIONS_PER_ADDRESS = 8000
BUY_IN = 10_000_000
TIMEOUT_S = 20.0
# The next hand follows at once, no turn times out, and no player runs out of chips.
CONFIG = {
    "small_blind": 50,
    "big_blind": 100,
    "min_buy_in": BUY_IN,
    "max_buy_in": BUY_IN,
    "turn_time_ms": 600_000,
    "next_hand_delay_ms": 0,
}


class NotJoined(Exception):
    """A server did not answer as expected."""


class Caller:
    """One connection during set-up. `rest` was received and not used yet."""

    def __init__(self, port: int, number: int, host: str = LOOPBACK, path: str = "/ws") -> None:
        source = None
        if host == LOOPBACK:
            source = (f"127.0.0.{1 + number // CONNECTIONS_PER_ADDRESS}", 0)
        self.socket = socket.create_connection((host, port), TIMEOUT_S, source_address=source)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        try:
            self._shake_hands(netloc(host, port), path)
        except BaseException:
            self.socket.close()
            raise

    def _shake_hands(self, host: str, path: str) -> None:
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
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

    def receive_text(self) -> bytes:
        """The next message, as received."""
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
                raise NotJoined(f"unexpected frame {opcode:#x}: {payload!r}")
            self.socket.sendall(pong_frame(payload))

    def receive(self, *types: str) -> dict[str, Any]:
        """The next message, which must have one of these types."""
        message: dict[str, Any] = json.loads(self.receive_text())
        if message.get("type") not in types:
            raise NotJoined(f"expected {' or '.join(types)}, got {message}")
        return message

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise NotJoined("the server closed the connection")
        self.rest += data


class Joined(NamedTuple):
    """A table with all its viewers, players first, in the order of seats; and the open turn."""

    id: str
    connections: list[Caller]
    turn: Turn

    def leave(self) -> None:
        """Close all connections."""
        for caller in self.connections:
            caller.socket.close()


class Join(Protocol):
    """Brings all viewers to the tables with these numbers."""

    def __call__(self, load: Load, numbers: Sequence[int], /) -> list[Joined]: ...


@contextmanager
def viewers_of(load: Load, numbers: Sequence[int]) -> Iterator[list[list[Caller]]]:
    """Connections for all viewers of each table, closed on errors."""
    viewers = load.seats + load.spectators
    opened: list[Caller] = []
    try:
        # One by one: the accept queue of a server is short.
        opened.extend(
            Caller(port, viewers * number + viewer, load.host, load.path)
            for number in numbers
            for viewer, port in enumerate(load.ports or [load.port] * viewers)
        )
        yield [opened[first : first + viewers] for first in range(0, len(opened), viewers)]
    except BaseException:
        for caller in opened:
            caller.socket.close()
        raise


def join_poker(load: Load, numbers: Sequence[int], /) -> list[Joined]:
    """Open tables at a poker server and take their seats, as clients do."""
    with viewers_of(load, numbers) as viewers:
        everybody = list(chain(*viewers))
        for caller in everybody:
            greet(caller, load.auth_secret)
        for caller in everybody:
            caller.receive("welcome")
        ids = _open_tables(load, [those[0] for those in viewers])
        for table, those in zip(ids, viewers, strict=True):
            for seat, caller in enumerate(those[: load.seats]):
                caller.send(type="sit", id="sit", table=table, seat=seat, buy_in=BUY_IN)
        for caller in chain(*(those[: load.seats] for those in viewers)):
            caller.receive("accepted")
        # Watch only when all are seated, so that all viewers see the same from the first turn on.
        turns = [_first_turn(those[0], table) for table, those in zip(ids, viewers, strict=True)]
        for table, those in zip(ids, viewers, strict=True):
            for caller in those[1:]:
                caller.send(type="watch", id="watch", table=table)
        for caller in chain(*(those[1:] for those in viewers)):
            caller.receive("accepted")
            caller.receive("snapshot")
        return list(map(Joined, ids, viewers, turns))


def _open_tables(load: Load, players: Sequence[Caller]) -> list[str]:
    """Open a table for each player, who opens it unless it is to be at another server."""
    stranger = None
    if load.ports:
        stranger = Caller(load.port, 0, load.host, load.path)
        greet(stranger, load.auth_secret)
        stranger.receive("welcome")
    openers = players if stranger is None else [stranger] * len(players)
    config = CONFIG | {"seats": load.seats}
    for opener in openers:
        opener.send(type="create_table", id="create", name="Load", config=config)
    ids: list[str] = [opener.receive("accepted")["table"] for opener in openers]
    if stranger is not None:
        stranger.socket.close()
    return ids


def greet(caller: Caller, auth_secret: str = "") -> None:
    """Say hello as a new player, with a token if the server requires one."""
    player, now_s = secrets.token_hex(8), int(time.time())
    name = f"P {player}"
    if not auth_secret:
        caller.send(type="hello", id="hello", capabilities=[], name=name)
        return
    claims = {"sub": player, "name": name, "jti": player, "role": "player"}
    times = {"iat": now_s, "exp": now_s + 86_400}
    token = jwt.encode(claims | times, auth_secret, "HS256")
    caller.send(type="hello", id="hello", capabilities=[], token=token)


def _first_turn(caller: Caller, table: str) -> Turn:
    """Watch the table until its first hand is dealt."""
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        caller.send(type="watch", id="watch", table=table)
        # The start of the hand may arrive in between.
        message = caller.receive("accepted", "events")
        while message["type"] != "snapshot":
            message = caller.receive("accepted", "events", "snapshot")
        hand = message["state"].get("hand")
        if hand is not None and hand.get("turn") is not None:
            return msgspec.convert(hand["turn"], Turn)
    raise NotJoined(f"no hand begins at {table}")
