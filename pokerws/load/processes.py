"""Processes of this machine: their processors, time and files, by means of Linux."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The server has one processor, and everything else another, where there are two.
CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPU, OTHER_CPU = CPUS[0], CPUS[-1]
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Processor time of a process since its start, of all its threads, in seconds.

    Ended children count too. A process that does not exist has used nothing.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # The second field is a name in brackets, which may contain anything.
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS_PER_SECOND


@contextmanager
def pinned(cpu: int) -> Iterator[None]:
    """Keep this process on one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_many_files() -> None:
    """Raise the limit of open files, of this process and of those it starts, to the maximum."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
