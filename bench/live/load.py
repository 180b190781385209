"""What a round is: the load that is put on a server, and what came of it.

Both are read and written as JSON, since the generator is a process of its own.
"""

from typing import Literal

from msgspec import Struct

# "usual" mixes all actions; with "hand_heavy" nearly everybody folds, so that hands are short; with
# "action_heavy" nobody ever does.
Style = Literal["usual", "hand_heavy", "action_heavy"]
# How the generator takes its seats: as clients do, or as the ceiling has it (see `joining`).
Handshake = Literal["poker", "script"]


class Load(Struct, frozen=True, kw_only=True):
    """What to put on the server at `port`.

    Each of the `tables` has `seats` players and `spectators` that only watch.  Without a
    `rate` the loop is closed: a table's next action goes out as soon as all its viewers have seen
    the last one.  With a rate, in actions a second of all tables together, it is open: the actions
    of each table are due at instants of a Poisson process.  Only what falls into the `seconds`
    after the `warm_up_s` counts, told in as many `intervals`.  With an `auth_secret` players come
    with a token that it signs.  `watched` are processes, by what they are, whose use of processors
    is told.
    """

    port: int
    tables: int
    seats: int = 6
    spectators: int = 0
    style: Style = "usual"
    rate: float | None = None
    seconds: float = 5.0
    warm_up_s: float = 1.0
    intervals: int = 1
    handshake: Handshake = "poker"
    auth_secret: str = ""
    watched: dict[str, list[int]] = {}
    seed: int = 1


class Latencies(Struct, frozen=True):
    """From the instant at which an action was due until its last viewer had its events, in us.

    In a closed loop an action is due when it is sent.  `buckets` are pairs of a highest value and
    how many there were up to it and above the pair before.
    """

    count: int
    mean_us: float
    p50_us: int
    p90_us: int
    p99_us: int
    p999_us: int
    max_us: int
    buckets: list[tuple[int, int]]


class Interval(Struct, frozen=True, kw_only=True):
    """What was counted in `seconds`.

    An action counts when all have seen it, a hand when it is over.  `frames` and `bytes` are what
    came in.  `generator_cpu` is the share of its processor that the generator used; near 1 it
    measures itself.  `watched_cpu` is what the load's `watched` used, in processors.
    """

    seconds: float
    actions: int
    hands: int
    frames: int
    bytes: int
    generator_cpu: float
    watched_cpu: dict[str, float]
    latencies: Latencies

    @property
    def actions_per_s(self) -> float:
        """The rate that was reached."""
        return self.actions / self.seconds


class Outcome(Interval, frozen=True, kw_only=True):
    """What came of a load, of all its intervals together and of each.

    In a sound round no command was `refused` (`refusal` is what was said to the first one), and
    nothing was `unfinished` ten seconds after the end.
    """

    intervals: list[Interval]
    refused: int
    refusal: str
    unfinished: int
    connections: int
    set_up_s: float
