"""A load on a server, and what the generator counted."""

from collections import Counter
from typing import Literal

from msgspec import Struct

# "usual" mixes all actions. With "hand_heavy" nearly everybody folds, so hands are short.
Style = Literal["usual", "hand_heavy"]


class Load(Struct, frozen=True, kw_only=True):
    """Players at `tables` of the server at `host` and `port`, `seats` and `spectators` at each.

    In a cluster, `ports` are those of the servers that the viewers of each table are connected to,
    players first; `port` is that of the tables' owner.

    With `auth_secret`, players present tokens signed with it. `watched` maps names to process
    ids, whose processor time is measured.
    """

    port: int
    host: str = "127.0.0.1"
    path: str = "/ws"
    ports: tuple[int, ...] = ()
    tables: int = 0
    seats: int = 6
    spectators: int = 0
    style: Style = "usual"
    auth_secret: str = ""
    watched: dict[str, list[int]] = {}
    seed: int = 1


class Interval(Struct, frozen=True, kw_only=True):
    """Counts of `seconds` of play.

    An action counts when its last viewer has its events. `latencies_us` counts actions by
    microseconds, from the instant on which an action was due until then; in a closed loop an action
    is due when it is sent. `cpu` is the use of processors, of the generator and of the load's
    `watched`. A generator near 1 measures itself.
    """

    seconds: float
    actions: int
    frames: int
    cpu: dict[str, float]
    latencies_us: Counter[int]

    @property
    def actions_per_s(self) -> float:
        """The rate that was reached."""
        return self.actions / self.seconds

    def cpu_us(self, process: str) -> float:
        """Processor time per action."""
        return 1e6 * self.cpu[process] / self.actions_per_s

    def percentile_ms(self, percent: float) -> float:
        """A percentile of the latencies."""
        return percentile_us(self.latencies_us, percent) / 1000


def percentile_us(counts: Counter[int], percent: float) -> int:
    """The lowest value that `percent` of all values do not exceed; 0 of none."""
    wanted, seen, value = counts.total() * percent / 100, 0, 0
    for value, count in sorted(counts.items()):  # noqa: B007  the last value is returned
        seen += count
        if seen >= wanted:
            break
    return value
