"""A reconnect storm: all clients of a server that plays are cut off at once, and come back.

The ceiling is as many bare handshakes with one small message each, by the same client, at the
fan-out server, which has nothing else to do.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
import uvloop
from msgspec import Struct

from bench.figures import Part, figure, number
from bench.live.calls import OPENING, CallFailed, shake_hands
from bench.live.commit import pinned
from bench.live.crowd import crowd
from bench.live.database import Database, database
from bench.live.joining import Joined
from bench.live.load import Load
from bench.live.returning import Back, Place, come_back
from bench.live.rounds import recording
from bench.live.scenarios import DURABLE, OFF, Server
from bench.live.servers import OTHER_CPU, allow_many_files, running
from bench.progress import rounds as rounds_of

TABLES, SEATS, ROUNDS = 300, 6, 3
# How long is played before, and how many events everybody misses: about as many as in a hand.
PLAYED_S, MISSED_EVENTS = 1.0, 20


class Storm(Struct, frozen=True):
    """Milliseconds from the moment on which all want to come back."""

    p50_ms: float
    p99_ms: float
    last_ms: float

    @classmethod
    def of(cls, waits_s: Sequence[float]) -> "Storm":
        """The storm of the waits of all clients."""
        ordered = sorted(1000 * wait_s for wait_s in waits_s)
        return cls(ordered[len(ordered) // 2], ordered[int(0.99 * len(ordered))], ordered[-1])


def measure(
    *,
    servers: Sequence[Server] = (OFF, DURABLE),
    tables: int = TABLES,
    rounds: int = ROUNDS,
    played_s: float = PLAYED_S,
) -> Part:
    """Storms over our server, and bare handshakes, in turn."""
    bare: list[Storm] = []
    back: dict[str, list[Storm]] = {server.name: [] for server in servers}
    played: dict[str, list[float]] = {server.name: [] for server in servers}
    with database() as postgres:
        for _ in rounds_of("storm", rounds):
            bare.append(handshakes(tables * SEATS))
            for server in servers:
                came = storm(server, tables, played_s, postgres)
                back[server.name].append(Storm.of(came.caught_up_s))
                played[server.name].append(max(came.played_s))
    part = Part("storm", [], [NOTE.format(clients=tables * SEATS, tables=tables)])
    for name, storms in back.items():
        for what, field in (("the last one", "last_ms"), ("p50", "p50_ms"), ("p99", "p99_ms")):
            pairs = [
                (getattr(ours, field), getattr(its, field))
                for ours, its in zip(storms, bare, strict=True)
            ]
            part.figures.append(
                figure(f"back, {what}, {name}", "ms", pairs, against="bare handshakes")
            )
        part.notes.append(
            f"{name.capitalize()}: {number(median(played[name]))} s after the start of the storm "
            "an action had been played at each table and seen by all who sit there."
        )
    return part


NOTE = (
    "All {clients:,} players of {tables} tables are cut off at once while they play, and want to "
    "come back at the same moment: each says hello with its token and watches its table from where "
    f"it left off, {MISSED_EVENTS} events ago. It is back when it has them; times are from that "
    f"moment on. The client opens {OPENING} connections at a time. Bare handshakes are as many "
    "connections to the fan-out server, with one small message and its answer each."
)


def storm(server: Server, tables: int, played_s: float, postgres: Database) -> Back:
    """One storm over a server of our own.  Raises CallFailed."""
    settings = server.settings
    if server.stores:
        postgres.empty()
        settings = {**postgres.settings, **settings}
    with running(server.kind, settings) as process:
        load = Load(port=process.port, tables=tables, seats=SEATS, auth_secret=server.auth_secret)
        with crowd(load) as here:
            here.grow(tables)
            here.play(here.closed(), played_s)
            here.pause()
            places = [places_of(joined, MISSED_EVENTS) for joined in here.joined]
        with pinned(OTHER_CPU):
            back = uvloop.run(come_back(process.port, places))
    if back.snapshots:
        raise CallFailed(f"{back.snapshots} were not given the events that they had missed")
    return back


def places_of(joined: Joined, missed: int = 0) -> list[Place]:
    """Where the players of a table are, as if the last events had not reached them."""
    caller = joined.connections[0]
    caller.socket.setblocking(True)
    caller.send(type="watch", id="where", table=joined.id)
    caller.receive_a("accepted")
    here = caller.receive_a("snapshot")
    caller.socket.setblocking(False)
    seq = max(0, here["seq"] - missed)
    return [
        Place(one.token, joined.id, seat, here["epoch"], seq)
        for seat, one in enumerate(joined.connections[: joined.seats])
    ]


def handshakes(count: int) -> Storm:
    """As many connections to a server that does nothing else."""
    messages = [
        msgspec.json.encode({"table": number // SEATS, "seat": number % SEATS})
        for number in range(count)
    ]
    with tempfile.TemporaryDirectory(prefix="pokerws-live-") as directory:
        recorded = Path(directory) / "recording"
        recording("usual", SEATS).write(recorded)
        with running("ceiling", {"RECORDING": str(recorded)}) as process, pinned(OTHER_CPU):
            allow_many_files()
            return Storm.of(uvloop.run(shake_hands(process.port, messages)))
