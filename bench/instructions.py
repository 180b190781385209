"""Instructions per action: counted, not timed, so they do not depend on the machine's speed.

`python -m bench.instructions` runs the whole server under valgrind, plays, and compares with
instructions.json; `--record` updates the file. Counted are instructions in user space of the
server process, without the kernel and the database. Runs differ by 1 %, durable ones by 3 %, since
the size of batches varies.
"""

import argparse
import platform
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bench.live.database import Database, database
from bench.live.generator import LoadFailed, generator
from bench.live.load import Load
from bench.live.matches import DURABLE, OFF, Server
from bench.live.pace import Closed
from bench.live.servers import running
from bench.progress import rounds as rounds_of

RECORDED = Path(__file__).with_suffix(".json")
SERVERS = (OFF, DURABLE)
TABLES = 20
# The difference between two runs is divided by the additional actions: that removes start and stop.
FEW, MANY = 1_000, 5_000
ROUNDS, TOLERANCE = 2, 0.05
# On a busy machine the slow server may fall behind by a second and pause its tables.
ATTEMPTS = 3
VALGRIND = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
START_S = 300.0
COUNTED = re.compile(r"I +refs: +([0-9,]+)")

# Thousands of instructions per action, by server.
Counts = dict[str, float]


def build() -> str:
    """What the counts depend on."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python} ({platform.python_compiler()}, {platform.machine()})"


def count(
    server: Server, postgres: Database, few: int = FEW, many: int = MANY, rounds: int = ROUNDS
) -> float:
    """Thousands of instructions per action: the least of the rounds."""
    found = []
    for _ in rounds_of(f"instructions, {server.name}", rounds):
        first_actions, first = _run(server, postgres, few)
        actions, instructions = _run(server, postgres, many)
        found.append((instructions - first) / (actions - first_actions) / 1000)
    return min(found)


def _run(server: Server, postgres: Database, wanted: int) -> tuple[int, int]:
    """Play at least `wanted` actions; returns their number, and all instructions of the process."""
    # The slow server must not consider the database unavailable, nor its clients silent.
    patience = {
        "PYTHONHASHSEED": "0",
        "DB_STATEMENT_TIMEOUT_MS": "60000",
        "HELLO_TIMEOUT_MS": "120000",
    }
    settings = patience | server.settings | (postgres.settings if server.stores else {})
    for attempt in range(ATTEMPTS):
        if server.stores:
            postgres.empty()
        try:
            return _played(settings, wanted)
        except LoadFailed:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def _played(settings: Mapping[str, str], wanted: int) -> tuple[int, int]:
    with running("ours", settings, under=VALGRIND, start_s=START_S) as process:
        secret = settings.get("AUTH_SECRET", "")
        load = Load(port=process.port, tables=TABLES, auth_secret=secret)
        with generator(load) as here:
            pace = Closed(here.tables)
            while here.actions < wanted and not here.refused:
                here.run(pace, 0.01)
            here.finish()
            actions = here.actions
        said = process.stop()
    refs = COUNTED.search(said)
    if refs is None:
        raise SystemExit(f"valgrind reported no count:\n{said}")
    return actions, int(refs[1].replace(",", ""))


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
    with database() as postgres:
        counted = {server.name: round(count(server, postgres), 1) for server in SERVERS}
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
