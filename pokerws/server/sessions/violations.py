"""Limits the number of protocol violations of a connection."""

from collections import Counter

from msgspec.structs import replace

from pokerws.game.illegal import Illegal
from pokerws.messages import Details, Rejected, rejection

# One violation leaks in this time.  So a client with a small bug stays connected, and a client that
# sends nothing but invalid messages is closed.
FORGIVEN_EVERY_MS = 10_000

# Shared by connections without violations, which are nearly all.
_NONE: Counter[str] = Counter()


class Violations:
    """The violations of one connection, as a leaky bucket.

    Each violation adds one, and one leaks every ten seconds, whatever else the client sends.
    At `most` in the bucket, the limit is reached.  `codes` counts all violations by reject code.
    """

    __slots__ = ("_leaked_ms", "_level", "_most", "codes")

    def __init__(self, most: int, now_ms: int) -> None:
        self.codes = _NONE
        self._most = most
        self._level = 0
        self._leaked_ms = now_ms

    def add(self, code: str, now_ms: int) -> bool:
        """Count one; returns whether the limit is reached."""
        if self.codes is _NONE:
            self.codes = Counter()
        self.codes[code] += 1
        leaks = max(0, now_ms - self._leaked_ms) // FORGIVEN_EVERY_MS
        self._leaked_ms += leaks * FORGIVEN_EVERY_MS
        if leaks >= self._level:
            # An empty bucket does not leak, so that violations are not forgiven in advance.
            self._level, self._leaked_ms = 0, now_ms
        else:
            self._level -= leaks
        self._level += 1
        return self._level >= self._most

    @property
    def left(self) -> int:
        """How many more reach the limit, as of the last one."""
        return max(0, self._most - self._level)


def counted_refusal(message_id: str, refusal: Illegal, left: int | None) -> Rejected:
    """A refusal that says how many more of its kind the connection may get."""
    details = replace(refusal.details or Details(), remaining=left)
    return rejection(message_id, refusal, None if left is None else details)
