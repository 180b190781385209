"""The load generator: plays at all tables of a load over raw sockets, in one loop, and counts.

It is a process of its own: `python -m bench.live.generator` reads a `Load` as JSON and writes its
`Outcome`.  It has to take more than any server here gives it, so nothing in its loop is done twice:
of a frame that six viewers get, five are only counted, and one is read.
"""

import ctypes
import gc
import select
import sys
import time
from collections import Counter
from random import Random
from typing import NamedTuple

import msgspec

from bench.live.frames import PING, TEXT, close_frame, pong_frame, span
from bench.live.joining import JOIN, Joined
from bench.live.latencies import summed_up, together
from bench.live.load import Interval, Latencies, Load, Outcome
from bench.live.pace import IDLE_S, Closed, Nothing, Open, Pace
from bench.live.play import Turn, chooser, next_turn
from bench.live.servers import OTHER_CPU, allow_many_files, cpu_s, pin
from bench.live.tables import Connection, Table

TABLES_AT_ONCE = 20
DRAIN_S = 10.0
BUFFER_BYTES = 1 << 18
# A message begins with its type, {"type":"events", so that one letter tells what it is.
KIND_AT = 9
EVENTS, ACCEPTED, REJECTED = b"ear"
NEVER_NS = 1 << 63
PR_SET_TIMERSLACK = 29

clock_ns = time.perf_counter_ns


class LoadFailed(Exception):
    """The load could not be put on the server as it was asked for."""


class Counts(NamedTuple):
    """The counters at an instant."""

    actions: int
    hands: int
    frames: int
    bytes: int
    cpu_s: float
    watched_cpu_s: dict[str, float]
    at_ns: int


class Generator:
    """All tables of a load."""

    def __init__(self, load: Load) -> None:
        self.tables: list[Table] = []
        # How often each latency was seen, in us, of the actions that were due from an instant on.
        self.latencies: Counter[int] = Counter()
        self.noted_from_ns = NEVER_NS
        self.refused = 0
        self.refusal = ""
        self.sent = self.answers = 0
        self._load = load
        self._actions = self._hands = self._frames = self._bytes = 0
        self._choose = chooser(load.style, load.seed)
        self._pace: Pace = Nothing()
        self._connections: dict[int, Connection] = {}
        self._epoll = select.epoll()
        self._buffer = bytearray(BUFFER_BYTES)

    def join(self, numbers: range) -> list[Joined]:
        """Take all seats at the tables of these numbers."""
        join = JOIN[self._load.handshake]
        every: list[Joined] = []
        for first in numbers[::TABLES_AT_ONCE]:
            some = range(first, min(first + TABLES_AT_ONCE, numbers.stop))
            for joined in join(self._load, some):
                self.add(joined)
                every.append(joined)
            # Who sits already is asked now and then whether it is still there.
            self.read(0)
        return every

    def add(self, joined: Joined) -> None:
        """Play at this table too."""
        table = Table(joined)
        self.tables.append(table)
        for connection in table.connections:
            file = connection.socket.fileno()
            self._connections[file] = connection
            self._epoll.register(file, select.EPOLLIN | select.EPOLLET)

    def play(self, pace: Pace, seconds: float) -> None:
        """Play on for so long."""
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

    def read(self, wait_s: float) -> None:
        """Take what has come, or wait for something to come."""
        if wait_s < IDLE_S:
            # This waits by the microsecond, while `poll` of epoll knows only milliseconds.
            select.select([self._epoll], [], [], wait_s)
            wait_s = 0
        buffer, connections = self._buffer, self._connections
        for file, _ in self._epoll.poll(wait_s):
            connection = connections[file]
            try:
                size = connection.receive_into(buffer)
            except BlockingIOError:
                continue  # It was read together with what came before.
            self._bytes += size
            # In most cases there is one whole frame of events.
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

    def finish(self) -> int:
        """Play what is due and nothing else.  Returns how much is left of it after a while.

        A table at which a command was refused does not go on, and is not waited for.
        """
        pace, deadline_ns = Nothing(), clock_ns() + int(DRAIN_S * 1e9)
        while (left := self._unfinished()) and not self.refused and clock_ns() < deadline_ns:
            self.play(pace, 0.01)
        return left

    def close(self) -> None:
        """Say goodbye and leave."""
        for connection in self._connections.values():
            connection.send(close_frame())
            connection.socket.close()
        self._epoll.close()

    def note_anew(self) -> Counter[int]:
        """Where the latencies of all that is seen from now on are counted."""
        self.latencies = Counter()
        return self.latencies

    def counts(self) -> Counts:
        """All counters as they are now."""
        watched = {name: sum(map(cpu_s, pids)) for name, pids in self._load.watched.items()}
        return Counts(
            actions=self._actions,
            hands=self._hands,
            frames=self._frames,
            bytes=self._bytes,
            cpu_s=time.process_time(),
            watched_cpu_s=watched,
            at_ns=clock_ns(),
        )

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
        """Take any number of frames, the last of which may be incomplete."""
        if not size:
            raise LoadFailed("the server closed a connection")
        if size == len(data):
            # There may be more, of which nobody would hear again.
            self._epoll.modify(connection.socket.fileno(), select.EPOLLIN | select.EPOLLET)
        if connection.rest:
            data = connection.rest + data[:size]
            size = len(data)
        at = 0
        while (found := span(data, at, size)) is not None:
            start, stop = found
            if data[at] != TEXT:
                self._control(connection, data[at], bytes(data[start:stop]))
            elif data[start + KIND_AT] == EVENTS:
                self._seen(connection, data, start, stop)
            else:
                self._heard(data, start, stop)
            at = stop
        connection.rest = bytes(data[at:size])

    def _control(self, connection: Connection, opcode: int, payload: bytes) -> None:
        if opcode != PING:
            raise LoadFailed(f"a frame {opcode:#x} came: {payload!r}")
        connection.send(pong_frame(payload))

    def _heard(self, data: bytes | bytearray, start: int, stop: int) -> None:
        """Take a message that goes to one viewer: an answer, or a word from the server."""
        self._frames += 1
        kind = data[start + KIND_AT]
        if kind == ACCEPTED:
            self.answers += 1
        elif kind == REJECTED:
            self.refused += 1
            self.refusal = self.refusal or data[start:stop].decode()

    def _seen(self, connection: Connection, data: bytes | bytearray, start: int, stop: int) -> None:
        """Take a frame of events."""
        self._frames += 1
        table, slot = connection.table, connection.slot
        connection.slot = 1 - slot
        left = table.left
        left[slot] -= 1
        if not left[slot]:
            left[slot] = table.viewers
            self._all_have_seen(table, data[start:stop])

    def _all_have_seen(self, table: Table, payload: bytes | bytearray) -> None:
        """Go on at a table whose last viewer has had the frame."""
        now_ns = clock_ns()
        if table.due_ns:
            self._actions += 1
            if table.due_ns >= self.noted_from_ns:
                self.latencies[(now_ns - table.due_ns) // 1000] += 1
            table.due_ns = 0
        turn = next_turn(payload)
        if turn is None:
            # The hand is over.  The next one comes by itself.
            self._hands += 1
            return
        due_ns = self._pace.after(table, now_ns)
        if due_ns:
            self._act(table, turn, due_ns)
        else:
            table.turn = turn


def run(load: Load) -> Outcome:
    """Put the load on the server."""
    generator = Generator(load)
    began_ns = clock_ns()
    generator.join(range(load.tables))
    joined_ns = clock_ns()
    # Nothing that is made from here on is a cycle.
    gc.collect()
    gc.disable()
    pace: Pace = Closed(generator.tables)
    if load.rate is not None:
        pace = Open(generator.tables, load.rate, Random(load.seed), joined_ns)
    generator.play(pace, load.warm_up_s)
    counts, noted = [generator.counts()], []
    generator.noted_from_ns = counts[0].at_ns
    for _ in range(load.intervals):
        noted.append(generator.note_anew())
        generator.play(pace, load.seconds / load.intervals)
        counts.append(generator.counts())
    unfinished = generator.finish()
    if not unfinished:
        generator.close()
    latencies = [summed_up(seen.items()) for seen in noted]
    intervals = [interval(*part) for part in zip(counts, counts[1:], latencies, strict=False)]
    return Outcome(
        **msgspec.structs.asdict(interval(counts[0], counts[-1], together(latencies))),
        intervals=intervals,
        refused=generator.refused,
        refusal=generator.refusal,
        unfinished=unfinished,
        connections=load.tables * (load.seats + load.spectators),
        set_up_s=(joined_ns - began_ns) / 1e9,
    )


def interval(before: Counts, after: Counts, latencies: Latencies) -> Interval:
    """What was counted between two instants."""
    seconds = (after.at_ns - before.at_ns) / 1e9
    return Interval(
        seconds=seconds,
        actions=after.actions - before.actions,
        hands=after.hands - before.hands,
        frames=after.frames - before.frames,
        bytes=after.bytes - before.bytes,
        generator_cpu=(after.cpu_s - before.cpu_s) / seconds,
        watched_cpu={
            name: (used_s - before.watched_cpu_s[name]) / seconds
            for name, used_s in after.watched_cpu_s.items()
        },
        latencies=latencies,
    )


def main() -> None:
    """Read a load, and write what came of it."""
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    pin(0, OTHER_CPU)
    allow_many_files()
    # Whoever waits is woken up when it is time, not up to 50 us later.
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
    sys.stdout.buffer.write(msgspec.json.encode(run(load)))


if __name__ == "__main__":
    main()
