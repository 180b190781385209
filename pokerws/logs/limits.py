"""How many lines of one kind are written a minute, and how many were left out.

A client that repeats something, or an outage, must not fill a disk.  So every kind of line above
debug has a limit: what is left out is counted, and told with the next line, or after a minute.
Debug lines have none: who asks for them wants all.
"""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Final

WINDOW_S: Final = 60.0
# Lines a minute of one event at one level.
USUAL: Final = 60
# Of lines that outsiders cause at will: enough to see who and what, and the metrics count all.
FEW: Final = 10
# A line for each connection, table or action of a host, as a busy server has them.
MANY: Final = 600

LIMITS: Final[dict[str, int | None]] = {
    "account_refilled": FEW,
    "chips_flow_one_way": FEW,
    "connection_refused": FEW,
    "grant_refused": FEW,
    "host_refused": FEW,
    "message_refused": FEW,
    "operator_token_refused": FEW,
    "origin_refused": FEW,
    "rewatch_refused": FEW,
    "same_address_seats": FEW,
    "session_violations": FEW,
    "token_refused": FEW,
    "create_game": MANY,
    "get_game": MANY,
    "host_action": MANY,
    "save_game": MANY,
    "session_ended": MANY,
    "session_opened": MANY,
    "table_closed": MANY,
    # Who imposed what, which must not be lost; operators have rate limits.
    "moderated": None,
    # The operator has chosen how many of them are written.
    "hand_ended": None,
    # Written by the limits themselves.
    "lines_suppressed": None,
}


class LogLimit:
    """Allows `most` lines a minute."""

    __slots__ = ("_most", "_since_s", "_written", "suppressed")

    def __init__(self, most: int) -> None:
        self._most = most
        self._since_s = float("-inf")
        self._written = 0
        self.suppressed = 0

    def take(self, now_s: float) -> bool:
        """Whether a line is written now; else it is counted as suppressed."""
        if now_s - self._since_s >= WINDOW_S:
            self._since_s, self._written = now_s, 0
        if self._written == self._most:
            self.suppressed += 1
            return False
        self._written += 1
        return True

    def told(self) -> int:
        """The lines that were suppressed since the last call."""
        suppressed, self.suppressed = self.suppressed, 0
        return suppressed


class LogLimits:
    """The limits of all kinds of lines.  There are few kinds, since names are constants."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._limits: dict[tuple[str, str], LogLimit] = {}

    def reset(self, clock: Callable[[], float] = monotonic) -> None:
        """Forget all lines."""
        self._clock = clock
        self._limits.clear()

    def take(self, event: str, level: str) -> int | None:
        """How many lines like this one were suppressed before it; None: suppress it too."""
        most = LIMITS.get(event, USUAL)
        if most is None or level == "debug":
            return 0
        limit = self._limits.get((event, level))
        if limit is None:
            limit = self._limits[event, level] = LogLimit(most)
        return limit.told() if limit.take(self._clock()) else None

    def told(self) -> Iterator[tuple[str, int]]:
        """Each kind of line of which some were suppressed and not yet told, and how many."""
        for key, limit in self._limits.items():
            if suppressed := limit.told():
                yield key[0], suppressed
