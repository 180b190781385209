"""Instructions per action: counted, not timed, so they do not depend on the machine's speed.

Whole servers run under callgrind, which counts while they play; not counted are their start, the
kernel and the database. `python -m bench.instructions` compares with instructions.json, `--record`
updates the file. Runs differ by 1 %, durable ones by 3 %, since the size of batches varies.
"""

import argparse
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.figures import Part, plain
from bench.live.database import Database, database
from bench.live.matches import CEILING, DURABLE, OFF, Server
from bench.live.rounds import JOINS, started
from bench.live.servers import ServerProcess
from bench.progress import rounds as rounds_of
from pokerws.load.generator import LoadFailed, generator
from pokerws.load.joining import NotJoined
from pokerws.load.load import Load

RECORDED = Path(__file__).with_suffix(".json")
# With the targets, in thousands.
SERVERS = ((CEILING, None), (OFF, 170), (DURABLE, 230))
TABLES = 20
WARM_UP, ACTIONS = 1_000, 1_500
GENTLE_S, GENTLE_RATE = 2.0, 20.0
ROUNDS, TOLERANCE = 2, 0.05
# On a busy machine the slow server may fall behind by a second and pause its tables.
ATTEMPTS = 5
VALGRIND = (
    "valgrind",
    "--tool=callgrind",
    "--instr-atstart=no",
    "--callgrind-out-file=/dev/null",
)
COUNTED = re.compile(r"Collected *: *([0-9]+)")
# The slow server must not consider the database unavailable, nor its clients silent.  It plays some
# 200 actions/s, so what it compares each second, 8 million instructions, would weigh 50 times as
# much as at full speed.
PATIENCE = {
    "COMPARE_INTERVAL_MS": "50000",
    "PYTHONHASHSEED": "0",
    "DB_STATEMENT_TIMEOUT_MS": "60000",
    "HELLO_TIMEOUT_MS": "120000",
}

# Thousands of instructions per action, by server.
Counts = dict[str, float]


def measure(rounds: int, actions: int = ACTIONS) -> Part:
    """The ceiling, with flags off, and durable."""
    part = Part("instructions", [], [])
    if shutil.which(VALGRIND[0]) is None:
        part.notes.append("Not counted: valgrind is not installed.")
        return part
    counted = count_all(min(rounds, ROUNDS), actions)
    part.figures = [
        plain(f"{server.name}, instructions an action", "thousands", counted[server.name], target)
        for server, target in SERVERS
    ]
    part.notes.append(
        f"Instructions of the server in user space, {build()}, at {TABLES} tables: "
        f"{actions:,} actions after {WARM_UP:,} others."
    )
    return part


def count_all(rounds: int, actions: int = ACTIONS) -> dict[str, list[float]]:
    """Thousands of instructions per action, of each round, by server."""
    counted: dict[str, list[float]] = {server.name: [] for server, _ in SERVERS}
    with database() as postgres:
        for _ in rounds_of("instructions", rounds):
            for server, _ in SERVERS:
                counted[server.name].append(count(server, postgres, actions))
    return counted


def count(server: Server, postgres: Database, actions: int = ACTIONS) -> float:
    """Thousands of instructions per action, of one round."""
    settings = PATIENCE | server.settings | (postgres.settings if server.stores else {})
    for attempt in range(ATTEMPTS):
        if server.stores:
            postgres.empty()
        try:
            return _count(server, settings, actions)
        except (LoadFailed, NotJoined):
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _count(server: Server, settings: Mapping[str, str], actions: int) -> float:
    with started(server.kind, settings=settings, under=VALGRIND) as process:
        load = Load(
            port=process.port,
            tables=TABLES,
            auth_secret=settings.get("AUTH_SECRET", ""),
        )
        with generator(load, JOINS[server.kind]) as here:
            here.play_actions(WARM_UP)
            here.finish()
            _tell(process, "instrumentation", "on")
            # Now valgrind translates each piece of code again, when it is first executed.
            here.play(GENTLE_S, GENTLE_RATE)
            _tell(process, "zero")
            before = here.actions
            here.play_actions(actions)
            counted = here.actions - before
            _tell(process, "instrumentation", "off")
            here.finish()
        said = process.stop()
    collected = COUNTED.search(said)
    if collected is None or not int(collected[1]):
        raise SystemExit(f"valgrind reported no count:\n{said}")
    return int(collected[1]) / counted / 1000


def _tell(process: ServerProcess, *words: str) -> None:
    """Give valgrind a command."""
    command = ["vgdb", f"--pid={process.pid}", *words]
    subprocess.run(command, check=True, capture_output=True)


def build() -> str:
    """What the counts depend on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python} ({platform.python_compiler()}, {platform.machine()})"


def compare(counted: Counts, recorded: Mapping[str, float]) -> tuple[list[str], bool]:
    """The counts beside the recorded ones, and whether all are within the tolerance."""
    lines, within = [], True
    for name, count in counted.items():
        before = recorded.get(name)
        change = "" if before is None else f", recorded {before:.1f}: {count / before - 1:+.1%}"
        lines.append(f"{name}: {count:.1f} thousand instructions per action{change}")
        within &= before is None or count <= before * (1 + TOLERANCE)
    return lines, within


def main(arguments: Sequence[str]) -> int:
    """Count, and compare or record. Returns 1 where more is executed than the tolerance allows."""
    parser = argparse.ArgumentParser(prog="python -m bench.instructions", description=__doc__)
    parser.add_argument("--record", action="store_true", help="update instructions.json")
    record = parser.parse_args(arguments).record
    if shutil.which(VALGRIND[0]) is None:
        raise SystemExit("valgrind is not installed")
    counted = {name: round(min(rounds), 1) for name, rounds in count_all(ROUNDS).items()}
    recorded: dict[str, Counts] = {}
    if RECORDED.exists():
        recorded = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, Counts])
    lines, within = compare(counted, recorded.get(build(), {}))
    print("\n".join([build(), *lines]))
    if record:
        data = msgspec.json.encode({**recorded, build(): counted}, order="sorted")
        RECORDED.write_bytes(msgspec.json.format(data, indent=1) + b"\n")
    elif not within:
        print(f"More than {TOLERANCE:.0%} was added; if that is intended, use --record.")
    return 0 if record or within else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
