"""Identifies a process on its machine, and tells whether it is gone.

A server that was killed leaves a lease behind.  Its successor on the same machine need not wait
until the lease is over if it can see that the process does not exist any more.
"""

import os
import re
import signal
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def own_identity() -> str:
    """This process, as `MACHINE/PID-NAMESPACE/PID/START`; empty where that cannot be known."""
    machine, pid = _machine(), os.getpid()
    started = _started(pid)
    return f"{machine}/{pid}/{started}" if machine and started else ""


def is_gone(identity: str) -> bool:
    """Whether that process ran on this machine and does not exist any more.

    False if it cannot be known: on another machine, or in another container.
    """
    machine, _, process = identity.rpartition("/")[0].rpartition("/")
    started = identity.rpartition("/")[2]
    if not machine or machine != _machine() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    now = _started(int(process))
    # Empty: it cannot be read.  Another time: the number was given to another process.
    return bool(now) and now != started


def _machine() -> str:
    """The boot of this machine, and the namespace in which process ids are unique."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return ""
    return f"{boot}/{namespace}"


def _started(pid: int) -> str:
    """When a process started, in ticks since the boot; `gone` for one that only waits to be reaped.

    Empty if it cannot be read.  The format is that of proc(5).
    """
    try:
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name of the program, in parentheses, may have spaces.
    state, *rest = fields.rpartition(")")[2].split()
    return "gone" if state in "ZX" else rest[18]


# ---- processes of PostgreSQL

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
