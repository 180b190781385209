"""Looks at the processes of PostgreSQL: whether they live, and where they work."""

import os
import re
import signal
from contextlib import suppress
from pathlib import Path

# Linux's flag of a process that is exiting: include/linux/sched.h.
_PF_EXITING = 0x4


def works_in(pid: int, directory: Path) -> bool:
    """Whether the process is alive and `directory` its working directory, as a postmaster's is."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(directory) and not _is_ending(pid)
    except PermissionError:
        return False
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return False
    # Without /proc, as on macOS, only the process id can be checked.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _is_ending(pid: int) -> bool:
    """Whether a process has been killed and is about to be gone, which takes a busy machine long.

    Its files still say that it is ready.  Linux tells by pending signals, and by a flag.
    """
    stat_line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    flags = int(stat_line.rpartition(")")[2].split()[6])
    pending = [int(mask, 16) for mask in re.findall(r"^S\w+Pnd:\s*(\w+)", status, re.MULTILINE)]
    is_killed = any(mask >> (signal.SIGKILL - 1) & 1 for mask in pending)
    return is_killed or bool(flags & _PF_EXITING)


def is_alive(pid: int) -> bool:
    """Whether a process runs.  A zombie does not; if it is our child, it is reaped.

    As the first process of a container we inherit a PostgreSQL that was launched.
    """
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        if Path("/proc/self").exists():
            return False
    else:
        return state not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
