"""Many seeds of the crash harness: `make soak SEEDS=200 FIRST_SEED=1`, `HOMES=1` for home games."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from pokerws import logs
from tests.simulation.crash import run
from tests.simulation.home.run import run_home


def main() -> int:
    """Run the seeds, print the failing ones and how to repeat them; 0 when none failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--home", action="store_true", help="home games with all options")
    arguments = parser.parse_args()
    # Clients that wait for a killed server would say so a thousand times.
    logs.configure("console", "error")
    failed, kind = 0, " HOMES=1" if arguments.home else ""
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        directory = Path(tempfile.mkdtemp(prefix="pokerws-soak-"))
        directory.chmod(0o755)
        try:
            checked = asyncio.run((run_home if arguments.home else run)(seed, directory))
            print(f"seed {seed}: clean, {checked} shown events checked", flush=True)
        except Exception:  # noqa: BLE001  whatever went wrong, the other seeds are run
            failed += 1
            traceback.print_exc()
            print(f"seed {seed}: FAILED; repeat it with: make soak SEEDS=1 FIRST_SEED={seed}{kind}")
        finally:
            shutil.rmtree(directory)
    print(f"{arguments.seeds - failed} seeds clean, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
