"""Runs the server with another wall clock: `python shifted_clock.py SECONDS`.

Steady clocks stay as they are: two machines do not share those anyway.
"""

import runpy
import sys
import time

wall, wall_ns = time.time, time.time_ns
by_s = int(sys.argv.pop(1))
time.time = lambda: wall() + by_s
time.time_ns = lambda: wall_ns() + by_s * 1_000_000_000
sys.path.insert(0, ".")
runpy.run_path("server.py", run_name="__main__")
