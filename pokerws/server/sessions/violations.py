"""Limits the number of refusals of a connection: for protocol violations, and for rate limits.

A refusal says how many more of its kind the connection may get before it is closed.
"""

from collections import Counter
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.illegal import Illegal
from pokerws.messages import CloseCode, Details, Rejected, rejection
from pokerws.metrics import VIOLATIONS
from pokerws.server.limits.limits import Meter

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


class Closing(NamedTuple):
    """Why a connection is closed after a refusal."""

    code: CloseCode
    reason: str


class Refusal(NamedTuple):
    """The answer to a refused message, and whether the connection is closed after it."""

    answer: Rejected
    closing: Closing | None = None


_FLOODED = Closing(CloseCode.TOO_FAST, "too many messages, too fast")
_INVALID = Closing(CloseCode.BAD_MESSAGES, "too many messages that make no sense")
BANNED = Closing(CloseCode.BANNED, "banned")


def refuse(
    message_id: str, refusal: Illegal, violations: Violations, meter: Meter, now_ms: int
) -> Refusal:
    """Count a refusal, and decide whether the connection is closed."""
    if refusal.code == "too_fast":
        # A client that does not slow down is closed.
        is_over = meter.is_flooded(now_ms)
        answer = _counted(message_id, refusal, meter.refusals_left(now_ms))
        return Refusal(answer, _FLOODED if is_over else None)
    if refusal.code in VIOLATIONS:
        is_over = violations.add(refusal.code, now_ms)
        answer = _counted(message_id, refusal, violations.left)
        return Refusal(answer, _INVALID if is_over else None)
    return Refusal(rejection(message_id, refusal), BANNED if refusal.code == "banned" else None)


def _counted(message_id: str, refusal: Illegal, left: int | None) -> Rejected:
    """A refusal that says how many more of its kind the connection may get."""
    details = replace(refusal.details or Details(), remaining=left)
    return rejection(message_id, refusal, None if left is None else details)
