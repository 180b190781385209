"""Rounds: a load on a server, by the generator as a process of its own."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
from msgspec.structs import replace

from bench.live.database import Database
from bench.live.load import Handshake, Load, Outcome, Style
from bench.live.recording import Recording, record
from bench.live.servers import CHECKOUT, Kind, running

# Beyond what the load itself takes: for 15,000 connections, and for what is left at the end.
GRACE_S = 180.0
HANDSHAKES: dict[Kind, Handshake] = {"ours": "poker", "peer": "poker", "ceiling": "script"}


class RoundFailed(Exception):
    """A round that measured nothing, and why."""


def measure(load: Load) -> Outcome:
    """Put the load on the server at its port.  Raises RoundFailed unless the round is sound."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.live.generator"],
            cwd=CHECKOUT,
            input=msgspec.json.encode(load),
            capture_output=True,
            check=False,
            timeout=load.warm_up_s + load.seconds + GRACE_S,
        )
    except subprocess.TimeoutExpired as error:
        raise RoundFailed(f"the generator did not come to an end: {load}") from error
    if done.returncode:
        raise RoundFailed(f"the generator failed: {done.stderr.decode()[-4000:]}")
    outcome = msgspec.json.decode(done.stdout, type=Outcome)
    if outcome.refused or outcome.unfinished:
        raise RoundFailed(
            f"{outcome.refused} commands were refused, the first one with {outcome.refusal!r}, "
            f"and {outcome.unfinished} were not finished, of {outcome.actions}"
        )
    return outcome


def measure_round(
    kind: Kind,
    load: Load,
    settings: Mapping[str, str] = MappingProxyType({}),
    postgres: Database | None = None,
) -> Outcome:
    """One round on a server that is started for it; the load's port and handshake are its own.

    The ceiling plays what was recorded of the same style and number of seats.  With a `postgres`
    the server stores there.  The use of processors is told of the "server" and the "database".
    """
    if postgres is not None:
        settings = {**postgres.settings, **settings}
    with tempfile.TemporaryDirectory(prefix="pokerws-live-") as directory:
        if kind == "ceiling":
            recorded = Path(directory) / "recording"
            recording(load.style, load.seats).write(recorded)
            settings = {"RECORDING": str(recorded), **settings}
        with running(kind, settings) as server:
            watched = {"server": [server.pid]}
            if postgres is not None:
                watched["database"] = postgres.pids()
            load = replace(load, port=server.port, handshake=HANDSHAKES[kind], watched=watched)
            try:
                return measure(load)
            except RoundFailed as failure:
                server.check()
                raise RoundFailed(f"{failure}\nThe server's log:\n{server.log_tail()}") from failure


@cache
def recording(style: Style, seats: int) -> Recording:
    """A recording, made when it is asked for the first time."""
    return record(style, seats=seats)
