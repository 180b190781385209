"""What 1, 2 and 3 servers carry, if each has the same small share of a processor.

There are more servers here than processors, so the kernel is asked for a quota: 3 shares of a
twentieth leave enough for NATS, the database and the load.  That shows how throughput grows with
servers.  What a whole processor carries is another question.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace

from bench.figures import Part, figure
from bench.live.database import Database, database
from bench.live.nodes import SEATS, TABLES, Cluster, Place, cluster, load_at
from bench.progress import rounds as rounds_of
from pokerws.load.generator import Generator, generator
from pokerws.load.joining import join_poker
from pokerws.load.load import Load
from pokerws.load.tables import Table

SHARE = 0.05
PERIOD_US = 20_000
SECONDS, WARM_UP_S = 5.0, 1.0
GROUPS = Path("/sys/fs/cgroup")
COUNTS = (1, 2, 3)


def measure(rounds: int) -> Part:
    """Actions/s of all servers together, in a closed loop."""
    part = Part(
        "shares",
        [],
        [
            (
                f"Each server has {SHARE:.0%} of a processor, and {TABLES} tables of six players "
                f"with durable acks. Actions/s in a closed loop of {SECONDS:g} s."
            )
        ],
    )
    reached: dict[tuple[str, int], list[float]] = {}
    with database() as postgres:
        for _ in rounds_of("shares", rounds):
            for count in COUNTS:
                for name, apart in (("players at their table's server", 0), ("spread", 1)):
                    if not (apart and count == 1):
                        rate = _reached(postgres, count, apart)
                        reached.setdefault((name, count), []).append(rate)
    alone = reached["players at their table's server", 1]
    for (name, count), found in reached.items():
        part.figures.append(
            figure(
                f"{count} server{'s' * (count > 1)}, {name}",
                "actions/s",
                list(zip(found, alone, strict=True)),
                against="one server",
            )
        )
    return part


def _reached(postgres: Database, count: int, apart: int) -> float:
    with cluster(postgres, count) as found, generator(Load(port=found.nodes[0].port)) as here:
        for owner in range(count):
            _join(here, found, owner, _place(owner, apart, count))
        # Nobody waits for a seat at a server that is slow already.
        with limited([node.pid for node in found.nodes]):
            return here.play(SECONDS, warm_up_s=WARM_UP_S).actions_per_s


def _place(owner: int, apart: int, count: int) -> Place:
    """Six players, at their owner or at all servers in turn."""
    return Place("", tuple((owner + apart * seat) % count for seat in range(SEATS)), count)


def _join(here: Generator, found: Cluster, owner: int, place: Place) -> None:
    load = replace(load_at(place, found), port=found.nodes[owner].port)
    for joined in join_poker(load, range(owner * TABLES, (owner + 1) * TABLES)):
        here.add(Table(joined))


@contextmanager
def limited(pids: list[int]) -> Iterator[None]:
    """Give each process the share, of whatever processor is free, while this is entered."""
    with ExitStack() as stack:
        for pid in pids:
            os.sched_setaffinity(pid, range(os.cpu_count() or 1))
            group = _group(f"pokerws-bench-{pid}")
            stack.callback(group.rmdir)
            (group / "cgroup.procs").write_text(str(pid))
            stack.callback((group.parent / "cgroup.procs").write_text, str(pid))
        yield


def _group(name: str) -> Path:
    """A new group with the quota: of version 1, or 2, of the kernel's control groups."""
    quota_us = int(SHARE * PERIOD_US)
    try:
        if (version_1 := GROUPS / "cpu").is_dir():
            group = version_1 / name
            group.mkdir()
            (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(str(quota_us))
        else:
            group = GROUPS / name
            group.mkdir()
            (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
    except OSError as error:
        raise SystemExit(f"the kernel grants no quota: {error}") from error
    return group
