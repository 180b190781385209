"""Logs a summary of the games at a fixed interval: the `games_report` line.

It reports the increase of the metrics' counters since the previous line.
"""

from collections import Counter

import structlog

from pokerws.metrics import Metrics
from pokerws.server.clock import Alarm, Clock
from pokerws.storage.outcomes import Outcome

# The outcomes that count as a success.
SUCCESSES = frozenset({Outcome.IN_MEMORY, Outcome.DB_SUCCESS, Outcome.DB_HYDRATE})

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
        """Begin.  Counts from before are not reported."""
        if self._interval_ms:
            self._added()
            self._arm()

    def stop(self) -> None:
        """End."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _arm(self) -> None:
        self._since_ms = self._clock.now_ms()
        self._alarm = self._clock.call_at(self._since_ms + self._interval_ms, self._due)

    def _due(self) -> None:
        over_ms = self._clock.now_ms() - self._since_ms
        # Armed first, so that an exception below does not prevent the next line.
        self._arm()
        try:
            self._log(over_ms)
        except Exception:
            log.exception("report_failed")

    def _log(self, over_ms: int) -> None:
        operations, comparisons = self._added()
        now = self._metrics.readings
        log.info(
            "games_report",
            over_ms=over_ms,
            games_in_memory=now.tables_in_memory(),
            connections=now.connections(),
            success_rate=success_rate(operations),
            saves_ok=operations["save_game", Outcome.DB_SUCCESS]
            + operations["save_game", Outcome.IN_MEMORY],
            saves_failed=operations["save_game", Outcome.DB_FAILED],
            save_conflicts=operations["save_game", Outcome.DB_CONFLICT],
            saves_fenced=operations["save_game", Outcome.FENCED]
            + operations["get_game", Outcome.FENCED],
            hydrations=operations["get_game", Outcome.DB_HYDRATE],
            hydrations_failed=operations["get_game", Outcome.DB_FAILED],
            changes_waiting=now.changes_waiting(),
            oldest_change_ms=now.oldest_change_ms(),
            comparisons_match=comparisons["match",],
            comparisons_mismatch=comparisons["mismatch",],
            loop_lag_ms=now.longest_lag_ms(),
        )

    def _added(self) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
        """The increase of the operation and comparison counts since the last call."""
        operations = Counter(self._metrics.operations())
        comparisons = Counter(self._metrics.comparisons())
        added = operations - self._operations, comparisons - self._comparisons
        self._operations, self._comparisons = operations, comparisons
        return added


def success_rate(operations: Counter[tuple[str, ...]]) -> float | None:
    """The percentage of operations that succeeded; None without operations.

    Rounded down to one decimal, so that 100.0 means all of them.
    """
    total = operations.total()
    if not total:
        return None
    successes = sum(count for (_, outcome), count in operations.items() if outcome in SUCCESSES)
    return (1000 * successes // total) / 10
