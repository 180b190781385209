"""When to connect again, and how long to wait before it."""

import random
import ssl
from typing import Annotated

from msgspec import Meta, Struct
from websockets.exceptions import InvalidMessage, InvalidStatus

from pokerws.messages import CloseCode

# After these closes a new connection may fare better.  After any other one, such as for a bad
# token, for bad messages or for a message that is too big, the same would only happen again.
RECONNECT_CODES = frozenset(
    {
        1001,  # The server, or a proxy before it, goes away.
        1005,  # Closed without a reason.
        1006,  # Broken off: nobody said goodbye.
        1011,  # A fault of the server, or no answer to a ping.
        CloseCode.RESTARTING,
        1013,  # Try again later.
        CloseCode.HELLO_TIMEOUT,
        CloseCode.MOVED,
        CloseCode.TOO_SLOW,
    }
)


def may_pass(error: Exception) -> bool:
    """Whether a connection that failed to be made with `error` may be made later."""
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
        """The pause after `failures` earlier ones in a row, in milliseconds.

        A random half of it keeps clients that lost the same server from coming back together.
        """
        most_ms = min(self.longest_ms, self.shortest_ms << min(failures, 32))
        return round(most_ms * random.uniform(0.5, 1))  # noqa: S311  Jitter is no secret.
