"""Rounds: a server is started, and a load is put on it for some seconds."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from bench.live.database import Database, Sizes
from bench.live.generator import LoadFailed, generator
from bench.live.joining import NotJoined
from bench.live.load import Handshake, Interval, Load, Style
from bench.live.recording import Recording, record
from bench.live.servers import Kind, ServerProcess, running

SECONDS = 3.0
HANDSHAKES: dict[Kind, Handshake] = {"ours": "poker", "peer": "poker", "ceiling": "script"}


class Outcome(Struct, frozen=True, kw_only=True):
    """A round: what the generator counted, and what was written to a database per action."""

    seen: Interval
    stored: Sizes | None = None


def measure_round(
    kind: Kind,
    load: Load,
    settings: Mapping[str, str] = MappingProxyType({}),
    postgres: Database | None = None,
    *,
    rate: float | None = None,
    seconds: float = SECONDS,
    warm_up_s: float | None = None,
) -> Outcome:
    """One round on a new server, which stores in `postgres` if there is one.

    The loop is closed, or open at a `rate` in actions/s. Processor time is measured of the "server"
    and the "database". Raises LoadFailed and NotJoined with the end of the server's log.
    """
    if postgres is not None:
        settings = {**postgres.settings, **settings}
    with started(kind, load.style, settings) as server:
        watched = {"server": [server.pid]}
        if postgres is not None:
            # Now there are processes for the server's connections.
            watched["database"] = postgres.pids()
        load = replace(load, port=server.port, handshake=HANDSHAKES[kind], watched=watched)
        try:
            with generator(load) as here:
                played = here.actions
                before = None if postgres is None else postgres.sizes()
                seen = here.play(seconds, rate, warm_up_s)
                if postgres is None or before is None:
                    return Outcome(seen=seen)
                after, played = postgres.sizes(), here.actions - played
        except (LoadFailed, NotJoined) as failure:
            server.check()
            raise type(failure)(f"{failure}\nThe server's log:\n{server.log_tail()}") from failure
    wal, size = ((end - begin) // played for end, begin in zip(after, before, strict=True))
    return Outcome(seen=seen, stored=Sizes(wal, size))


@contextmanager
def started(
    kind: Kind, style: Style = "usual", settings: Mapping[str, str] = MappingProxyType({})
) -> Iterator[ServerProcess]:
    """A server; the ceiling replays what ours has sent in this style of play."""
    if kind != "ceiling":
        with running(kind, settings) as server:
            yield server
        return
    with tempfile.TemporaryDirectory(prefix="pokerws-live-") as directory:
        recorded = Path(directory) / "recording"
        recording(style).write(recorded)
        with running(kind, {"RECORDING": str(recorded)}) as server:
            yield server


@cache
def recording(style: Style) -> Recording:
    """A recording, made on first use."""
    return record(style)
