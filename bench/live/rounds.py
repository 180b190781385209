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
from bench.live.recording import Recording, record
from bench.live.scripted import join_script
from bench.live.servers import Kind, ServerProcess, running
from pokerws.load.generator import Generator, LoadFailed, generator
from pokerws.load.joining import Join, NotJoined, join_poker
from pokerws.load.load import Interval, Load, Style

SECONDS, WARM_UP_S = 2.0, 0.5
# How the generator takes its seats: as clients do, or as the ceiling expects.
JOINS: dict[Kind, Join] = {
    "ours": join_poker,
    "probed": join_poker,
    "peer": join_poker,
    "ceiling": join_script,
}


class Outcome(Struct, frozen=True, kw_only=True):
    """A round: a closed loop, and an open one at half of a rate, as the generator counted them.

    Of the open loop are what was written to a database for an action, and the longest turn of a
    probed server.
    """

    closed: Interval | None = None
    half: Interval | None = None
    stored: Sizes | None = None
    longest_ms: float | None = None


def measure_round(
    kind: Kind,
    load: Load,
    settings: Mapping[str, str] = MappingProxyType({}),
    postgres: Database | None = None,
    *,
    closed: bool = True,
    half_of: float | None = 0,
    seconds: float = SECONDS,
) -> Outcome:
    """One round on a new server, which stores in `postgres` if there is one.

    The open loop has half the rate `half_of`, in actions/s; if that is None, half the rate of the
    closed one; if it is 0, there is none. Processor time is measured of the "server" and the
    "database". Raises LoadFailed and NotJoined with the end of the server's log.
    """
    if postgres is not None:
        settings = {**postgres.settings, **settings}
    with started(kind, load.style, settings) as server:
        watched = {"server": [server.pid]}
        if postgres is not None:
            # Now there are processes for the server's connections.
            watched["database"] = postgres.pids()
        load = replace(load, port=server.port, watched=watched)
        try:
            with generator(load, JOINS[kind]) as here:
                outcome = Outcome()
                if closed:
                    outcome = Outcome(closed=here.play(seconds, warm_up_s=WARM_UP_S))
                if half_of is None and outcome.closed is not None:
                    half_of = outcome.closed.actions_per_s
                if not half_of:
                    return outcome
                here.play(WARM_UP_S, half_of / 2)
                with observed(here, server, postgres) as found:
                    half = here.play(seconds, half_of / 2)
                return replace(outcome, half=half, stored=found.stored, longest_ms=found.longest_ms)
        except (LoadFailed, NotJoined) as failure:
            server.check()
            raise type(failure)(f"{failure}\nThe server's log:\n{server.log_tail()}") from failure


class Observed:
    """What an open loop does to a server and its database."""

    stored: Sizes | None = None
    longest_ms: float | None = None


@contextmanager
def observed(
    here: Generator, server: ServerProcess, postgres: Database | None
) -> Iterator[Observed]:
    """Observes while it is entered; the result is complete afterwards."""
    found = Observed()
    before, played = None if postgres is None else postgres.sizes(), here.actions
    server.reset_probe()
    yield found
    found.longest_ms = server.longest_turn_ms()
    if postgres is not None and before is not None:
        played = here.actions - played
        pairs = zip(postgres.sizes(), before, strict=True)
        found.stored = Sizes(*((after - begin) // played for after, begin in pairs))


@contextmanager
def started(
    kind: Kind,
    style: Style = "usual",
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    under: tuple[str, ...] = (),
) -> Iterator[ServerProcess]:
    """A server; the ceiling replays what ours has sent in this style of play.

    `under` is a command that runs the server.
    """
    if kind != "ceiling":
        with running(kind, settings, under=under) as server:
            yield server
        return
    with tempfile.TemporaryDirectory(prefix="pokerws-live-") as directory:
        recorded = Path(directory) / "recording"
        recording(style).write(recorded)
        with running(kind, {"RECORDING": str(recorded)}, under=under) as server:
            yield server


@cache
def recording(style: Style) -> Recording:
    """A recording, made on first use."""
    return record(style)
