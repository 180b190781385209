"""Many seeds of the crash harness: `make soak SEEDS=200 FIRST_SEED=1`, `HOMES=1` for home games.

`NODES=1` is for three servers with NATS, `STORMS=1` for three whose networks fail too.  With
`CLUSTER=1` they are of the simulated cluster, a thousand in a few minutes.
"""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog

from pokerws import logs
from tests.e2e.cluster.storm import run_storm
from tests.simulation.cluster.world import run as run_cluster
from tests.simulation.cluster_crash import run_cluster as run_nodes
from tests.simulation.crash import run
from tests.simulation.home.run import run_home

KINDS: dict[str, Callable[[int, Path], Coroutine[Any, Any, int]]] = {
    "": run,
    "HOMES": run_home,
    "NODES": run_nodes,
    "STORMS": run_storm,
}


def main() -> int:
    """Run the seeds, print the failing ones and how to repeat them; 0 when none failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--cluster", action="store_true", help="the simulated cluster")
    for option, kind, what in (
        ("--home", "HOMES", "home games with all options"),
        ("--nodes", "NODES", "three servers with NATS"),
        ("--storms", "STORMS", "three servers with a bad network"),
    ):
        parser.add_argument(
            option, dest="kind", action="store_const", const=kind, default="", help=what
        )
    arguments = parser.parse_args()
    # Clients that wait for a killed server would say so a thousand times.
    logs.configure("console", "error")
    if arguments.cluster:
        return _soak_cluster(range(arguments.first_seed, arguments.first_seed + arguments.seeds))
    kind, failed = arguments.kind, 0
    run_one, repeat = KINDS[kind], f" {kind}=1" if kind else ""
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        directory = Path(tempfile.mkdtemp(prefix="pokerws-soak-"))
        directory.chmod(0o755)
        try:
            checked = asyncio.run(run_one(seed, directory))
            print(f"seed {seed}: clean, {checked} shown events checked", flush=True)
        except Exception:  # noqa: BLE001  whatever went wrong, the other seeds are run
            failed += 1
            traceback.print_exc()
            print(f"seed {seed}: FAILED; repeat it: make soak SEEDS=1 FIRST_SEED={seed}{repeat}")
        finally:
            shutil.rmtree(directory)
    print(f"{arguments.seeds - failed} seeds clean, {failed} failed")
    return 1 if failed else 0


def _soak_cluster(seeds: range) -> int:
    """Run seeds in virtual time, without a server, and print the failing ones."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    failed = 0
    for seed in seeds:
        try:
            run_cluster(seed)
        except Exception:  # noqa: BLE001  whatever went wrong, the other seeds are run
            failed += 1
            traceback.print_exc()
            repeat = f"make soak CLUSTER=1 SEEDS=1 FIRST_SEED={seed}"
            print(f"seed {seed}: FAILED; repeat it with: {repeat}", flush=True)
    print(f"{len(seeds) - failed} seeds clean, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
