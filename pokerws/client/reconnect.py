"""When to reconnect, and how long to wait before that."""

import math
import random
import ssl
from typing import Annotated

from msgspec import Meta, Struct
from websockets.exceptions import InvalidMessage, InvalidStatus

from pokerws.messages import CLOSE_CODES

# Close codes after which a new connection may succeed.  4401 depends on whether there is a newer
# token: see `Link._after_close`.
RECONNECT_CODES = frozenset(code for code, closing in CLOSE_CODES.items() if closing.reconnect)

# After a server has said that it restarts, pauses are a third of this up to this, for so long.
SOON_LONGEST_MS = 750
SOON_FOR_S = 10
# The server may tell when to try first.  It is not believed more than this.
TOLD_LONGEST_MS = 10_000
# Then the usual back-off goes on as after so many failures.
FAILURES_AFTER_SOON = 2


def may_pass(error: Exception) -> bool:
    """Whether a connection attempt that failed with `error` may succeed later."""
    match error:
        case ssl.SSLCertVerificationError():
            return False
        case OSError():  # Refused, unreachable, timed out, no such host.
            return True
        case InvalidMessage():
            return isinstance(error.__cause__, EOFError)
        case InvalidStatus():
            return error.response.status_code == 429 or error.response.status_code >= 500
        case _:
            return False


class Backoff(Struct, frozen=True):
    """Exponential back-off with jitter: from `shortest_ms` doubling up to `longest_ms`."""

    shortest_ms: Annotated[int, Meta(ge=0)] = 250
    longest_ms: Annotated[int, Meta(ge=0)] = 10_000

    def delay_ms(self, failures: int) -> int:
        """The pause in milliseconds after `failures` failures in a row.

        Half of it is random, so that clients of one server do not all reconnect at once.
        """
        most_ms = min(self.longest_ms, self.shortest_ms << min(failures, 32))
        return round(most_ms * random.uniform(0.5, 1))  # noqa: S311  Jitter is no secret.


class Retries:
    """Counts failures in a row, for the pause before the next attempt."""

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._failures = 0
        self._soon_until_s = -math.inf
        self._told_ms: int | None = None
        self._was_answered = True

    def told(self, retry_after_ms: int | None) -> None:
        """The server is about to restart, and says how long to wait after this connection's end.

        A negative time is ignored, and a long one shortened.  None if it says nothing.
        """
        if retry_after_ms is None or retry_after_ms < 0:
            self._told_ms = None
        else:
            self._told_ms = min(retry_after_ms, TOLD_LONGEST_MS, self._backoff.longest_ms)

    def delay_ms(
        self, started_s: float, now_s: float, *, answered: bool, restarting: bool = False
    ) -> int:
        """The pause in milliseconds after an attempt that began at `started_s` and failed now.

        Earlier failures no longer count if it lasted longer than the longest pause, or if the
        server has `answered` for the first time since it was away.  A server that is `restarting`
        is soon back: the first pause is what it has told, and for some seconds they do not grow.
        It is believed once, and again only after a connection that has lasted.  Until then what it
        tells makes no pause shorter.
        """
        told_ms, self._told_ms = self._told_ms, None
        is_first_answer = answered and not self._was_answered
        self._was_answered = answered
        if (now_s - started_s) * 1000 > self._backoff.longest_ms or (
            is_first_answer and now_s >= self._soon_until_s
        ):
            self._failures = 0
        is_believed = restarting and self._failures == 0
        if is_believed:
            self._soon_until_s = now_s + SOON_FOR_S
        pause_ms = self._pause_ms(now_s)
        if not restarting or told_ms is None:
            return pause_ms
        return told_ms if is_believed else max(told_ms, pause_ms)

    def _pause_ms(self, now_s: float) -> int:
        if now_s < self._soon_until_s:
            self._failures = FAILURES_AFTER_SOON
            most_ms = min(SOON_LONGEST_MS, self._backoff.longest_ms)
            return round(most_ms * random.uniform(1 / 3, 1))  # noqa: S311  Jitter is no secret.
        delay_ms = self._backoff.delay_ms(self._failures)
        self._failures += 1
        return delay_ms
