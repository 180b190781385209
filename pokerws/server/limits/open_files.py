"""The limit of open files, compared with the connections that the settings admit."""

import resource
from typing import NamedTuple

# Database, log, key files, and sockets that are just being accepted or closed.
OTHERS = 100


class OpenFiles(NamedTuple):
    """How many files this process may have open, and how many MAX_CONNECTIONS needs.

    `needed` is 0 where connections have no limit of their own.
    """

    limit: int
    needed: int

    @property
    def is_low(self) -> bool:
        """Whether the server could run out of files before it refuses connections."""
        return self.limit < self.needed

    @property
    def advice(self) -> str:
        """What to change if the limit is low."""
        return (
            f"raise the limit (LimitNOFILE= of systemd, ulimits of Compose, ulimit -n) to "
            f"{self.needed}, or lower MAX_CONNECTIONS to {max(1, self.limit - OTHERS)}"
        )


def open_files(max_connections: int) -> OpenFiles:
    """What a server gets: it raises the soft limit as far as the hard one allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = max_connections + OTHERS if max_connections else 0
    return OpenFiles(_number(hard), needed)


def raise_open_files(max_connections: int) -> OpenFiles:
    """Raise the soft limit to what is needed, and as much again for half-open connections."""
    found = open_files(max_connections)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(2 * max_connections + OTHERS if max_connections else _number(hard), _number(hard))
    if _number(soft) < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return found


def _number(limit: int) -> int:
    """A limit as a number; without a limit, the largest that systems take."""
    return 1 << 20 if limit == resource.RLIM_INFINITY else limit
