"""How much memory this process has, attackers included, and how much more an attack may cost it."""

import resource
from pathlib import Path

MAX_GROWTH_BYTES = 64 << 20


def resident_bytes() -> int:
    """The memory that is really there."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()
