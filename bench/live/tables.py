"""Tables as the generator knows them: who sits where, what is on its way, and whose turn it is."""

import socket
from collections import deque

from bench.live.joining import Joined
from bench.live.play import Phrases, Turn


class Connection:
    """One viewer's connection.

    `slot` alternates from one frame of events to the next, see `Table.left`.  `rest` is the
    beginning of a frame whose end has not come yet.
    """

    __slots__ = ("receive_into", "rest", "send", "slot", "socket", "table")

    def __init__(self, table: "Table", connected: socket.socket, rest: bytes) -> None:
        connected.setblocking(False)
        self.socket = connected
        self.receive_into = connected.recv_into
        self.send = connected.send
        self.table = table
        self.slot = 0
        self.rest = rest


class Table:
    """One table.

    `left` says how many viewers have not had the next frame of events, and the one after it: when
    a hand is over, the next one begins without being asked, so a fast viewer is up to one ahead.
    `turn` is the one to be answered, None while nobody is to act.  `due_ns` is when the action that
    is on its way was due, 0 where none is.  `late` are the instants of those that wait for it.
    """

    __slots__ = ("connections", "due_ns", "late", "left", "phrases", "turn", "viewers")

    def __init__(self, joined: Joined) -> None:
        self.connections = [
            Connection(self, caller.socket, caller.rest) for caller in joined.connections
        ]
        self.viewers = len(self.connections)
        self.left = [self.viewers, self.viewers]
        self.turn: Turn | None = joined.turn
        self.phrases = Phrases(joined.id)
        self.due_ns = 0
        self.late: deque[int] = deque()
