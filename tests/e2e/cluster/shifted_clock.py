"""Runs the server with another wall clock: `python shifted_clock.py SECONDS`.

Steady clocks stay as they are: two machines do not share those anyway.
"""

import runpy
import sys
import time
from pathlib import Path

wall, wall_ns = time.time, time.time_ns
by_s = int(sys.argv.pop(1))
time.time = lambda: wall() + by_s
time.time_ns = lambda: wall_ns() + by_s * 1_000_000_000
checkout = Path(__file__).parents[3]
sys.path.insert(0, str(checkout))
runpy.run_path(str(checkout / "server.py"), run_name="__main__")
