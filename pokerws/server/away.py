"""How clients are sent away when the server stops: at which pace, and when each may come back."""

import random
from typing import NamedTuple

# Nobody is told to come back later.
LATEST_MS = 750


class Away(NamedTuple):
    """One way to send clients away.

    So many are closed in a second.  The first attempts of all to come back are spread over at least
    `least_spread_ms`, which begin `soonest_ms` after the close.
    """

    a_second: int
    soonest_ms: int
    least_spread_ms: int

    def retry_after_ms(self, clients: int) -> int:
        """When one of so many clients may come back, in ms after its close, by chance.

        They are spread over the time that it takes to close them all.  So they come at the pace of
        the closes even if all notice these at once, after the network has hung.
        """
        spread_ms = max(self.least_spread_ms, 1_000 * clients // self.a_second)
        latest_ms = min(LATEST_MS, self.soonest_ms + spread_ms)
        return random.randint(self.soonest_ms, latest_ms)  # noqa: S311  Jitter is no secret.


# A server that is alone is back after some seconds, and has served nobody meanwhile.
STOPPED = Away(5_000, soonest_ms=250, least_spread_ms=LATEST_MS - 250)
# Other servers take the clients at once, and have enough to do.
ELSEWHERE = Away(1_000, soonest_ms=50, least_spread_ms=100)
