"""Memory of connections and tables, and 15,000 players in one process.

Memory is that of the server process as the kernel counts it (PSS), before and after.
"""

import time

from bench.figures import Part, figure, number
from bench.live.rounds import started
from bench.live.servers import ServerProcess
from bench.progress import rounds as rounds_of
from pokerws.load.generator import generator
from pokerws.load.joining import Caller
from pokerws.load.load import Load
from pokerws.load.processes import allow_many_files

SEATS = 6
CONNECTIONS = 3000
MANY_TABLES, MANY_RATE, MANY_S = 2500, 1000.0, 5.0
KIB, MIB = 1024, 1024 * 1024
# Memory is at rest when it changes by less than this in this time.
REST_BYTES, REST_S, TIMEOUT_S = 64 * KIB, 0.3, 10.0


def measure(rounds: int) -> Part:
    """Connections, and many players."""
    quiet, played = [], []
    for _ in rounds_of("memory", min(rounds, 2)):  # Rounds differ by less than a per cent.
        before, after = seated_kib(CONNECTIONS // SEATS)
        idle = idle_kib(CONNECTIONS)
        quiet.append((before, idle))
        played.append((after, idle))
    against = "idle connection of websockets"
    return Part(
        "memory",
        [
            figure(
                "a player and a sixth of a table",
                "KiB",
                quiet,
                against=against,
                bound="at most",
                target=2,
            ),
            figure("the same after play", "KiB", played, against=against, bound="at most"),
        ],
        [f"Of {CONNECTIONS:,} connections (PSS).", many_players(MANY_TABLES, MANY_RATE, MANY_S)],
    )


def idle_kib(connections: int) -> float:
    """A connection of the library after its handshake."""
    allow_many_files()
    with started("ceiling") as server:
        callers = [Caller(server.port, 0)]
        before = resting_bytes(server)
        callers += [Caller(server.port, number) for number in range(connections)]
        grown = resting_bytes(server) - before
        for caller in callers:
            caller.socket.close()
    return grown / connections / KIB


def seated_kib(tables: int, played_s: float = 1.0) -> tuple[float, float]:
    """Memory of a connected player who watches: after sitting down, and after play."""
    # One table is there before, with what all tables share.
    with started("ours") as server, generator(Load(port=server.port, tables=1)) as here:
        before = resting_bytes(server)
        here.grow(1 + tables)
        quiet = resting_bytes(server) - before
        here.play(played_s)
        played = resting_bytes(server) - before
    return quiet / (SEATS * tables) / KIB, played / (SEATS * tables) / KIB


def resting_bytes(server: ServerProcess) -> int:
    """The memory of a server at rest."""
    deadline_s = time.monotonic() + TIMEOUT_S
    before = server.pss_bytes()
    while time.monotonic() < deadline_s:
        time.sleep(REST_S)
        now = server.pss_bytes()
        if abs(now - before) < REST_BYTES:
            return now
        before = now
    return before


def many_players(tables: int, rate: float, seconds: float) -> str:
    """Seat so many tables in one process and play at all; return a note.

    Raises LoadFailed unless every viewer receives every frame.
    """
    with started("ours") as server:
        watched = {"server": [server.pid]}
        began_s = time.perf_counter()
        with generator(Load(port=server.port, tables=tables, watched=watched)) as here:
            set_up_s = time.perf_counter() - began_s
            # A closed loop begins with an action at each table.
            closed = here.play(seconds)
            slow = here.play(seconds, rate)
            return (
                f"{here.connections:,} players in one process, seated within "
                f"{number(set_up_s)} s: RSS {number(server.rss_bytes() / MIB)} MiB. Closed loop: "
                f"{number(closed.actions_per_s)} actions/s, p99 "
                f"{number(closed.percentile_ms(99))} ms. At {number(slow.actions_per_s)} "
                f"actions/s: p50 {number(slow.percentile_ms(50))} ms, p99 "
                f"{number(slow.percentile_ms(99))} ms, {slow.cpu['server']:.0%} of a processor."
            )
