"""Identifies a process on its machine, and tells whether it is gone.

A server that was killed leaves a lease behind.  Its successor on the same machine need not wait
until the lease is over if it can see that the process does not exist any more.
"""

import os
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
