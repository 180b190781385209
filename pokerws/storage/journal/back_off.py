"""Delays between retries of a store that is away."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class BackOff:
    """Delays between retries: doubled each time up to a limit, with jitter.

    The jitter keeps several servers from coming back all at once.
    """

    first_s: float = 0.05
    # With durable acks players wait until a retry succeeds.
    most_s: float = 1.0

    def delay_s(self, failures: int) -> float:
        """The delay after that many failures in a row, at least 1."""
        longest = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 30))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311  spreading load is no secret
