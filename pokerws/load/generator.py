"""The load generator: plays at all tables of a load over raw sockets, in one loop, and counts.

It must be faster than any server it measures, so its loop does nothing twice: of a frame that six
viewers get, five are counted and one is decoded.
"""

import ctypes
import gc
import select
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random
from typing import NamedTuple

from pokerws.load.frames import PING, TEXT, close_frame, pong_frame, span
from pokerws.load.joining import Caller, Join, greet, join_poker
from pokerws.load.load import Interval, Load
from pokerws.load.pace import IDLE_S, Closed, Open, Pace
from pokerws.load.play import Turn, chooser, next_turn
from pokerws.load.processes import OTHER_CPU, allow_many_files, cpu_s, pinned
from pokerws.load.tables import Connection, Table

TABLES_AT_ONCE, IDLE_AT_ONCE = 20, 100
DRAIN_S = 10.0
BUFFER_BYTES = 1 << 18
# A message begins with its type, {"type":"events", so one letter tells them apart.
KIND_AT = 9
EVENTS, ACCEPTED, REJECTED = b"ear"
PR_SET_TIMERSLACK = 29

clock_ns = time.perf_counter_ns


class LoadFailed(Exception):
    """The load could not be applied, or was not carried out in full."""


class Counts(NamedTuple):
    """The counters at an instant."""

    actions: int
    frames: int
    cpu_s: dict[str, float]
    at_ns: int


class Generator:
    """Players and spectators of one server. Made by `generator`."""

    def __init__(self, load: Load, join: Join = join_poker) -> None:
        self.tables: list[Table] = []
        self.actions = self.frames = 0
        self.sent = self.answers = self.refused = 0
        self.refusal = ""
        # Latencies of actions that were due from an instant on.
        self.latencies_us = Counter[int]()
        self.noted_from_ns = 0
        self._load, self._join = load, join
        self._choose = chooser(load.style, load.seed)
        self._pace = Pace()
        self._connections: dict[int, Connection] = {}
        self._epoll = select.epoll()
        self._buffer = bytearray(BUFFER_BYTES)

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return len(self._connections)

    def grow(self, tables: int) -> None:
        """Join more tables, up to this number."""
        for first in range(len(self.tables), tables, TABLES_AT_ONCE):
            for joined in self._join(self._load, range(first, min(first + TABLES_AT_ONCE, tables))):
                self.add(Table(joined))
            # Answers pings that have arrived meanwhile.
            self.read(0)

    def idle(self, count: int) -> None:
        """Open so many more connections, of players who are at no table."""
        load = self._load
        end = self.connections + count
        for first in range(self.connections, end, IDLE_AT_ONCE):
            numbers = range(first, min(first + IDLE_AT_ONCE, end))
            callers = [Caller(load.port, number, load.host, load.path) for number in numbers]
            for caller in callers:
                greet(caller, load.auth_secret)
            for caller in callers:
                caller.receive("welcome")
                self._register(Connection(None, caller.socket, caller.rest))
            self.read(0)

    def add(self, table: Table) -> None:
        """Play at this table too."""
        self.tables.append(table)
        for connection in table.connections:
            self._register(connection)

    def play(self, seconds: float, rate: float | None = None, *, warm_up_s: float = 0) -> Interval:
        """Play in a closed loop, or at so many actions/s of all tables together, then finish.

        Raises LoadFailed.
        """
        pace: Pace = Closed(self.tables)
        if rate is not None:
            pace = Open(self.tables, rate, Random(self._load.seed), clock_ns())
        self.run(pace, warm_up_s)
        self.latencies_us = Counter()
        before = self._counts()
        self.noted_from_ns = before.at_ns
        self.run(pace, seconds)
        after = self._counts()
        self.finish()
        took_s = (after.at_ns - before.at_ns) / 1e9
        return Interval(
            seconds=took_s,
            actions=after.actions - before.actions,
            frames=after.frames - before.frames,
            cpu={name: (used - before.cpu_s[name]) / took_s for name, used in after.cpu_s.items()},
            latencies_us=self.latencies_us,
        )

    def play_actions(self, count: int) -> None:
        """Play so many more actions in a closed loop, which goes on with the next call.

        It stops where a command was refused.
        """
        if not isinstance(self._pace, Closed):
            self._pace = Closed(self.tables)
        wanted = self.actions + count
        while self.actions < wanted and not self.refused:
            self.run(self._pace, 0.01)

    def run(self, pace: Pace, seconds: float) -> None:
        """Play at a pace for so long."""
        self._pace = pace
        now_ns = clock_ns()
        end_ns = now_ns + int(seconds * 1e9)
        while now_ns < end_ns:
            for due_ns, table in pace.due(now_ns):
                if table.turn is None:
                    table.late.append(due_ns)
                else:
                    self._act(table, table.turn, due_ns)
            self.read(pace.wait_s(now_ns))
            now_ns = clock_ns()

    def finish(self) -> None:
        """Play what is due, until all viewers have seen it.

        Raises LoadFailed where a command was refused or is not finished after a while.
        """
        pace, deadline_ns = Pace(), clock_ns() + int(DRAIN_S * 1e9)
        while (left := self._unfinished()) and not self.refused and clock_ns() < deadline_ns:
            self.run(pace, 0.01)
        if self.refused:
            raise LoadFailed(
                f"{self.refused} commands of {self.sent} were refused, the first one with "
                f"{self.refusal!r}"
            )
        if left:
            raise LoadFailed(
                f"{left} commands of {self.sent} were not finished within {DRAIN_S:.0f} s"
            )

    def read(self, wait_s: float) -> None:
        """Handle received data, or wait for some."""
        if wait_s < IDLE_S:
            # Waits in microseconds; `poll` of epoll only in milliseconds.
            select.select([self._epoll], [], [], wait_s)
            wait_s = 0
        buffer, connections = self._buffer, self._connections
        for file, _ in self._epoll.poll(wait_s):
            connection = connections[file]
            try:
                size = connection.receive_into(buffer)
            except BlockingIOError:
                continue  # It was read together with earlier data.
            # In most cases this is exactly one frame of events.
            if (
                size == (buffer[2] << 8 | buffer[3]) + 4
                and buffer[1] == 126
                and buffer[0] == TEXT
                and buffer[4 + KIND_AT] == EVENTS
                and not connection.rest
            ):
                self._seen(connection, buffer, 4, size)
            else:
                self._take(connection, buffer, size)

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            # A server that was killed has closed it.
            with suppress(OSError):
                connection.send(close_frame())
            connection.socket.close()
        self._epoll.close()

    def _register(self, connection: Connection) -> None:
        file = connection.socket.fileno()
        self._connections[file] = connection
        self._epoll.register(file, select.EPOLLIN | select.EPOLLET)

    def _counts(self) -> Counts:
        used = {name: sum(map(cpu_s, pids)) for name, pids in self._load.watched.items()}
        used["generator"] = time.process_time()
        return Counts(self.actions, self.frames, used, clock_ns())

    def _unfinished(self) -> int:
        waiting = sum(1 + len(table.late) for table in self.tables if table.turn is None)
        return max(waiting, self.sent - self.answers - self.refused)

    def _act(self, table: Table, turn: Turn, due_ns: int) -> None:
        """Answer a turn, with an action that was due at an instant."""
        table.turn = None
        table.due_ns = due_ns
        frame = table.phrases.frame(turn, self._choose(turn))
        self.sent += 1
        if table.connections[turn.seat].send(frame) != len(frame):
            raise LoadFailed("the server does not read what a client sends")

    def _take(self, connection: Connection, data: bytes | bytearray, size: int) -> None:
        """Handle any number of frames, the last of which may be incomplete."""
        if not size:
            raise LoadFailed("the server closed a connection")
        if size == len(data):
            # There may be more, which edge-triggered epoll reports only after this.
            self._epoll.modify(connection.socket.fileno(), select.EPOLLIN | select.EPOLLET)
        if connection.rest:
            data = connection.rest + data[:size]
            size = len(data)
        at = 0
        while (found := span(data, at, size)) is not None:
            start, stop = found
            if data[at] == PING:
                connection.send(pong_frame(bytes(data[start:stop])))
            elif data[at] != TEXT:
                raise LoadFailed(f"unexpected frame {data[at]:#x}: {bytes(data[start:stop])!r}")
            elif data[start + KIND_AT] == EVENTS:
                self._seen(connection, data, start, stop)
            else:
                self._heard(data, start, stop)
            at = stop
        connection.rest = bytes(data[at:size])

    def _heard(self, data: bytes | bytearray, start: int, stop: int) -> None:
        """Handle a message for one viewer: an answer, or a notice."""
        self.frames += 1
        kind = data[start + KIND_AT]
        if kind == ACCEPTED:
            self.answers += 1
        elif kind == REJECTED:
            self.refused += 1
            self.refusal = self.refusal or data[start:stop].decode()

    def _seen(self, connection: Connection, data: bytes | bytearray, start: int, stop: int) -> None:
        """Handle a frame of events."""
        self.frames += 1
        table, slot = connection.table, connection.slot
        if table is None:
            return
        connection.slot = 1 - slot
        left = table.left
        left[slot] -= 1
        if not left[slot]:
            left[slot] = table.viewers
            self._all_have_seen(table, data[start:stop])

    def _all_have_seen(self, table: Table, payload: bytes | bytearray) -> None:
        """Continue at a table whose last viewer has received the frame."""
        now_ns = clock_ns()
        if table.due_ns:
            self.actions += 1
            if table.due_ns >= self.noted_from_ns:
                self.latencies_us[(now_ns - table.due_ns) // 1000] += 1
            table.due_ns = 0
        turn = next_turn(payload)
        if turn is None:
            return  # The hand is over; the next one begins by itself.
        due_ns = self._pace.after(table, now_ns)
        if due_ns:
            self._act(table, turn, due_ns)
        else:
            table.turn = turn


@contextmanager
def generator(load: Load, join: Join = join_poker) -> Iterator[Generator]:
    """A generator at its tables; this process stays on one processor meanwhile."""
    allow_many_files()
    # Timers fire on time, not up to 50 us later.
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    # Nothing that the generator makes is in a cycle.
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with pinned(OTHER_CPU):
            here = Generator(load, join)
            try:
                here.grow(load.tables)
                yield here
            finally:
                here.close()
    finally:
        gc.enable()
        gc.unfreeze()
