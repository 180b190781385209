"""How many messages that break the protocol one connection may send."""

from collections import Counter

# So often one is forgiven: a client with a small flaw goes on, one that sends nothing else does
# not.
FORGIVEN_EVERY_MS = 10_000

# Of connections without any, which are nearly all.
_NONE: Counter[str] = Counter()


class Violations:
    """The violations of one connection: a bucket that leaks.

    Each violation adds one, and one leaks out every ten seconds, whatever else the client sends:
    good messages between the bad ones pay for nothing.  With `most` in it, it has been too many.
    `codes` counts all of them, by the code that they were refused with.
    """

    __slots__ = ("_leaked_ms", "_level", "_most", "codes")

    def __init__(self, most: int, now_ms: int) -> None:
        self.codes = _NONE
        self._most = most
        self._level = 0
        self._leaked_ms = now_ms

    def add(self, code: str, now_ms: int) -> bool:
        """Count one; whether it was one too many."""
        if self.codes is _NONE:
            self.codes = Counter()
        self.codes[code] += 1
        leaks = max(0, now_ms - self._leaked_ms) // FORGIVEN_EVERY_MS
        self._leaked_ms += leaks * FORGIVEN_EVERY_MS
        if leaks >= self._level:
            # An empty bucket leaks no more, so that nothing is forgiven in advance.
            self._level, self._leaked_ms = 0, now_ms
        else:
            self._level -= leaks
        self._level += 1
        return self._level >= self._most
