"""`python -m tests.e2e.monitored` cause faults under a server that is watched, and write the page.

Takes a quarter of an hour, all faults at once.  Names of faults: only these, without a page.
"""

import asyncio
import os
import platform
import sys

import msgspec
import structlog

from tests.e2e.monitored.faults import FAULTS
from tests.e2e.monitored.stage import drill, hear_clients
from tests.e2e.monitored.timeline import RUN, Run


async def main(names: list[str]) -> None:
    """Cause the faults, and write what was seen."""
    structlog.configure(processors=[hear_clients])
    drills = await asyncio.gather(*(drill(FAULTS[name]) for name in names or FAULTS))
    machine = (
        f"{os.cpu_count()} processors, {platform.system()}, Python {platform.python_version()}"
    )
    run = Run(machine, dict(zip(names or FAULTS, drills, strict=True)))
    text = msgspec.json.format(msgspec.json.encode(run), indent=1)
    if names:
        sys.stdout.buffer.write(text)
    else:
        RUN.write_bytes(text + b"\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
