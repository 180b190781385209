"""The line that says once a minute how the games are doing.

It owns when the line comes and what is in it, and counts nothing itself: it reads the counters and
tells what has been added since the line before.
"""

from collections import Counter

import structlog

from pokerws.metrics import Metrics
from pokerws.server.clock import Alarm, Clock

# An operation with another outcome has not done what it was to do.
WENT_WELL = frozenset({"IN_MEMORY", "DB_SUCCESS", "DB_HYDRATE"})

log = structlog.get_logger("pokerws.report")


class GamesReport:
    """Logs `games_report` every `interval_ms`, from `start` to `stop`; never when that is 0."""

    def __init__(self, metrics: Metrics, clock: Clock, interval_ms: int) -> None:
        self._metrics = metrics
        self._clock = clock
        self._interval_ms = interval_ms
        self._alarm: Alarm | None = None
        self._since_ms = 0
        self._operations: Counter[tuple[str, ...]] = Counter()
        self._comparisons: Counter[tuple[str, ...]] = Counter()

    def start(self) -> None:
        """Begin; what was counted before is in no line."""
        if self._interval_ms:
            self._added()
            self._arm()

    def stop(self) -> None:
        """No more lines."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _arm(self) -> None:
        self._since_ms = self._clock.now_ms()
        self._alarm = self._clock.call_at(self._since_ms + self._interval_ms, self._due)

    def _due(self) -> None:
        over_ms = self._clock.now_ms() - self._since_ms
        # First the next one: a fault in this line must not be the end of all.
        self._arm()
        operations, comparisons = self._added()
        now = self._metrics.readings
        log.info(
            "games_report",
            over_ms=over_ms,
            games_in_memory=now.tables_in_memory(),
            connections=now.connections(),
            success_rate=success_rate(operations),
            saves_ok=operations["save_game", "DB_SUCCESS"] + operations["save_game", "IN_MEMORY"],
            saves_failed=operations["save_game", "DB_FAILED"],
            save_conflicts=operations["save_game", "DB_CONFLICT"],
            saves_fenced=operations["save_game", "FENCED"],
            hydrations=operations["get_game", "DB_HYDRATE"],
            hydrations_failed=operations["get_game", "DB_FAILED"],
            changes_waiting=now.changes_waiting(),
            oldest_change_ms=now.oldest_change_ms(),
            comparisons_match=comparisons["match",],
            comparisons_mismatch=comparisons["mismatch",],
        )

    def _added(self) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
        """The operations and the comparisons since the last call."""
        operations = Counter(self._metrics.operations())
        comparisons = Counter(self._metrics.comparisons())
        added = operations - self._operations, comparisons - self._comparisons
        self._operations, self._comparisons = operations, comparisons
        return added


def success_rate(operations: Counter[tuple[str, ...]]) -> float | None:
    """The share of the operations that went well, in percent; None when there were none.

    It is rounded down to one decimal, so that 100.0 means that every one did.
    """
    total = operations.total()
    if not total:
        return None
    well = sum(count for (_, outcome), count in operations.items() if outcome in WENT_WELL)
    return (1000 * well // total) / 10
