"""What connections and tables cost in memory, and whether one process takes 15,000 players.

Memory is that of the server process as the system counts it (PSS), before and after.
"""

import tempfile
import time
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from bench.figures import Part, figure, number
from bench.live import memory_tables
from bench.live.crowd import crowd
from bench.live.joining import Caller
from bench.live.load import Interval, Load
from bench.live.rounds import RoundFailed, recording
from bench.live.scrape import metrics
from bench.live.servers import ServerProcess, allow_many_files, running
from bench.progress import rounds as rounds_of

SEATS = 6
CONNECTIONS, ROUNDS = 3000, 2
CROWD_TABLES, CROWD_RATE, CROWD_S = 2500, 1000.0, 5.0
KIB, MIB = 1024, 1024 * 1024
# Memory is at rest when it changes by less than so much in this time.
REST_BYTES, REST_S, RESTLESS_S = 64 * KIB, 0.3, 10.0


class Seated(Struct, frozen=True):
    """Bytes a connection of a player: after it has sat down, and after its table has played."""

    quiet: float
    played: float


class Crowded(Struct, frozen=True):
    """One process with many players: how long they took to come, what they did, what it took.

    `closed` is as fast as it goes, `slow` at a low rate.
    """

    connections: int
    set_up_s: float
    pss_mib: float
    rss_mib: float
    closed: Interval
    slow: Interval


def measure(
    *,
    connections: int = CONNECTIONS,
    rounds: int = ROUNDS,
    crowd_tables: int = CROWD_TABLES,
    crowd_rate: float = CROWD_RATE,
    crowd_s: float = CROWD_S,
) -> Part:
    """Connections, a quiet table, and many players."""
    pairs = [
        (seated_bytes(connections // SEATS), idle_bytes(connections))
        for _ in rounds_of("memory", rounds)
    ]
    table = memory_tables.measure()
    part = Part(
        "memory",
        [
            figure(
                "a seated connection, its sixth of a table included",
                "KiB",
                [(ours.quiet / KIB, idle / KIB) for ours, idle in pairs],
                against="an idle connection of websockets",
                bound="at most",
                target=2,
            ),
            figure(
                "a seated connection after play",
                "KiB",
                [(ours.played / KIB, idle / KIB) for ours, idle in pairs],
                against="an idle connection of websockets",
            ),
            figure(
                "a quiet table",
                "KiB",
                [(table.total / KIB, memory_tables.TARGET_BYTES / KIB)],
                against="what it may take",
                bound="at most",
                target=1,
            ),
        ],
        [
            (
                f"{connections:,} connections, growth of the server's memory (PSS). An idle one "
                "has shaken hands and waits; a seated one is a player's who watches the table."
            ),
            _table_note(table),
        ],
    )
    part.notes.append(_crowd_note(many_players(crowd_tables, crowd_rate, crowd_s)))
    return part


def idle_bytes(connections: int) -> float:
    """What a connection of the library takes that has shaken hands, and no more."""
    allow_many_files()
    with tempfile.TemporaryDirectory(prefix="pokerws-live-") as directory:
        recorded = Path(directory) / "recording"
        recording("usual", SEATS).write(recorded)
        with running("ceiling", {"RECORDING": str(recorded)}) as server:
            with closing(Caller(server.port, 0).socket):
                before = resting_bytes(server)
            callers = [Caller(server.port, number) for number in range(connections)]
            grown = resting_bytes(server) - before
            for caller in callers:
                caller.socket.close()
    return grown / connections


def seated_bytes(tables: int) -> Seated:
    """What a player takes who is connected and sits at a table of six."""
    with running("ours") as server, crowd(Load(port=server.port, tables=tables)) as here:
        # What there is once for all is there with the first table.
        here.grow(1)
        before = resting_bytes(server)
        here.grow(1 + tables)
        quiet = resting_bytes(server) - before
        here.play(here.closed(), 1.0)
        here.pause()
        played = resting_bytes(server) - before
    return Seated(quiet / (SEATS * tables), played / (SEATS * tables))


def resting_bytes(server: ServerProcess) -> int:
    """The memory of a server at rest."""
    deadline_s = time.monotonic() + RESTLESS_S
    before = server.pss_bytes()
    while time.monotonic() < deadline_s:
        time.sleep(REST_S)
        now = server.pss_bytes()
        if abs(now - before) < REST_BYTES:
            return now
        before = now
    return before


def many_players(tables: int, rate: float, seconds: float) -> Crowded:
    """Seat as many as six a table in one process, and have all tables play.

    Raises RoundFailed unless each table has played, each viewer has seen it, and none is gone.
    """
    with running("ours") as server:
        load = Load(port=server.port, tables=tables, watched={"server": [server.pid]})
        with crowd(load) as here:
            began_s = time.perf_counter()
            here.grow(tables)
            set_up_s = time.perf_counter() - began_s
            # A closed loop begins with an action at each table, and a pause with its last viewer.
            closed = here.play(here.closed(), seconds)
            here.pause()
            slow = here.play(here.open(rate), seconds)
            here.pause()
            connected = int(metrics(server.port)["pokerws_connections"])
            if connected < here.connections:
                raise RoundFailed(f"of {here.connections} connections {connected} are left")
            return Crowded(
                connections=here.connections,
                set_up_s=set_up_s,
                pss_mib=server.pss_bytes() / MIB,
                rss_mib=server.rss_bytes() / MIB,
                closed=closed,
                slow=slow,
            )


def _table_note(table: memory_tables.TableMemory) -> str:
    parts = ", ".join(f"{part} {number(size / KIB)}" for part, size in table.parts.items())
    return (
        f"A quiet table, KiB: {parts}; while it is played at, it takes "
        f"{number(table.total_in_play / KIB)} in all."
    )


def _crowd_note(many: Crowded) -> str:
    closed, slow = many.closed.latencies, many.slow.latencies
    return (
        f"{many.connections:,} players in one process, connected and seated within "
        f"{number(many.set_up_s)} s: RSS {number(many.rss_mib)} MiB. All tables played and every "
        f"viewer got every frame. As fast as it goes: {number(many.closed.actions_per_s)} "
        f"actions/s, p99 {number(closed.p99_us / 1000)} ms; at "
        f"{number(many.slow.actions_per_s)} actions/s: p50 {number(slow.p50_us / 1000)} ms, p99 "
        f"{number(slow.p99_us / 1000)} ms, {many.slow.watched_cpu['server']:.0%} of a processor."
    )
