"""Tables as the generator sees them: connections, frames in transit, and the open turn."""

import socket
from collections import deque

from pokerws.load.joining import Joined
from pokerws.load.play import Phrases, Turn


class Connection:
    """One viewer's connection, or that of a player without a table.

    `slot` alternates between frames of events, see `Table.left`. `rest` is the incomplete frame
    at the end of what was received.
    """

    __slots__ = ("receive_into", "rest", "send", "slot", "socket", "table")

    def __init__(self, table: "Table | None", connected: socket.socket, rest: bytes) -> None:
        connected.setblocking(False)
        self.socket = connected
        self.receive_into = connected.recv_into
        self.send = connected.send
        self.table = table
        self.slot = 0
        self.rest = rest


class Table:
    """One table.

    `left` counts the viewers that lack the next frame of events, and the frame after it: the next
    hand begins by itself, so a fast viewer is up to one frame ahead. `turn` is the one to answer,
    None while nobody is to act. `due_ns` is when the action in transit was due, 0 without one.
    `late` holds the instants of actions that wait for it.
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
