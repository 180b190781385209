"""What is counted, with names and buckets; `readings` has what is read at each scrape."""

from collections.abc import Sequence
from typing import get_args

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from pokerws.metrics.families import Counts, Histogram, WithoutCreationTimes
from pokerws.metrics.labels import OUTCOMES, REFUSALS, VIOLATIONS, Comparison, Drop
from pokerws.metrics.readings import Build, ReadAtScrape, Readings
from pokerws.storage.outcomes import Count, Operation, Outcome

CONTENT_TYPE = CONTENT_TYPE_LATEST

_BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_BATCH_TABLES = (1, 2, 5, 10, 20, 50, 100, 200)
_BATCH_EVENTS = (1, 5, 10, 50, 100, 500, 1000, 5000)
_ACTION_SECONDS = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_GC_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)


# As many are counted at once; a few more wait until the next loop lag.
_MANY_ACTIONS = 500


class Metrics:
    """The metrics of one server.  A count takes a tenth of a microsecond."""

    def __init__(self, readings: Readings | None = None, build: Build | None = None) -> None:
        self.readings = readings or Readings()
        self._registry = registry = CollectorRegistry()
        # How long each accepted action took, which sessions append.  They are counted when there
        # are many, since that is much quicker than one by one.
        self.action_s: list[float] = []
        self._define_histograms()
        self._operations = self._counts(
            "pokerws_game_operations",
            "Tables created, looked up and saved, by outcome.",
            ["operation", "outcome"],
        )
        self._commands = self._counts(
            "pokerws_commands",
            "Client messages, by answer: accepted, or the code of the refusal.",
            ["command", "answer"],
        )
        self._comparisons = self._counts(
            "pokerws_comparisons",
            "Comparisons of a table in memory with its stored row, by outcome.",
            ["outcome"],
        )
        self._violations = self._counts(
            "pokerws_violations", "Protocol violations, by the code of the refusal.", ["code"]
        )
        self._closes = self._counts(
            "pokerws_session_closes", "Ended connections, by close code.", ["code"]
        )
        self._grants_refused = self._count(
            "pokerws_grants_refused", "New accounts opened without the grant."
        )
        self._same_address_seats = self._count(
            "pokerws_same_address_seats",
            "Players who sat down at a table with another player of their address.",
        )
        self._one_way_flows = self._count(
            "pokerws_chips_flows_one_way", "Pairs of players between whom chips flow one way."
        )
        self._refused = self._counts(
            "pokerws_connections_refused", "Refused connections, by reason.", ["reason"]
        )
        self._drops = self._counts(
            "pokerws_outbox_drops", "What clients missed who had fallen behind.", ["what"]
        )
        self.hands = self._count("pokerws_hands", "Hands that ended.")
        self.quarantined = self._count("pokerws_tables_quarantined", "Tables set aside.")
        registry.register(ReadAtScrape(self.readings, build or Build()))
        ProcessCollector(registry=registry)
        self._bind_closed_sets()

    def _define_histograms(self) -> None:
        self._batch_seconds = self._histogram(
            "pokerws_save_batch_seconds", "Duration of a batch of saves.", _BATCH_SECONDS
        )
        self._batch_tables = self._histogram(
            "pokerws_save_batch_tables", "Tables in a batch of saves.", _BATCH_TABLES
        )
        self._batch_events = self._histogram(
            "pokerws_save_batch_events", "Events in a batch of saves.", _BATCH_EVENTS
        )
        self._loop_lag = self._histogram(
            "pokerws_loop_lag_seconds", "How late the event loop is.", _LAG_SECONDS
        )
        self._actions = self._histogram(
            "pokerws_action_seconds",
            "From reading an accepted action to sending its answer.",
            _ACTION_SECONDS,
        )
        self._commits = self._histogram(
            "pokerws_change_commit_seconds",
            "From a change of a table to its commit; of several, from the first.",
            _ACTION_SECONDS,
        )
        self._gc_pauses = self._histogram(
            "pokerws_gc_pause_seconds", "Duration of garbage collections.", _GC_SECONDS
        )

    def _counts(self, name: str, meaning: str, labels: Sequence[str]) -> Counts:
        counts = Counts(name, meaning, labels)
        self._registry.register(counts)
        return counts

    def _count(self, name: str, meaning: str) -> Count:
        """A counter without labels, exposed from the start."""
        return self._counts(name, meaning, ()).values[()]

    def _histogram(self, name: str, meaning: str, buckets: Sequence[float]) -> Histogram:
        histogram = Histogram(name, meaning, buckets)
        self._registry.register(histogram)
        return histogram

    def _bind_closed_sets(self) -> None:
        """Expose every label of a closed set from the start."""
        for operation, outcomes in OUTCOMES.items():
            for outcome in outcomes:
                self._operations.values[operation, outcome] = Count()
        for counts, all_labels in (
            (self._refused, REFUSALS),
            (self._comparisons, get_args(Comparison)),
            (self._violations, VIOLATIONS),
            (self._drops, get_args(Drop)),
        ):
            for label in all_labels:
                counts.values[label,] = Count()

    def count_of(self, operation: Operation, outcome: Outcome) -> Count:
        """Part of `StorageMetrics`."""
        return self._operations.values[operation, outcome]

    def operation(self, operation: Operation, outcome: Outcome, tables: int = 1) -> None:
        """Count one of OUTCOMES, for so many tables."""
        self._operations.values[operation, outcome].value += tables

    def command(self, command: str, answer: str) -> None:
        """Count an answer: ACCEPTED, or the code of a refusal.  Both must be from closed sets."""
        self._commands.values[command, answer].value += 1

    def comparison(self, outcome: Comparison) -> None:
        """Count a comparison."""
        self._comparisons.values[outcome,].value += 1

    def violation(self, code: str) -> None:
        """Count one of VIOLATIONS."""
        self._violations.values[code,].value += 1

    def session_closed(self, code: int | None) -> None:
        """Count the end of a connection; `code` is None where there was no close frame."""
        # A client may send any code, and must not create an unlimited number of counters.
        bounded = code is not None and (1000 <= code < 1016 or 4400 <= code < 4500)
        self._closes.values[str(int(code)) if bounded and code is not None else "other",].value += 1

    def connection_refused(self, reason: str) -> None:
        """Count one of REFUSALS."""
        self._refused.values[reason,].value += 1

    def grant_refused(self) -> None:
        """Count a new account whose address had no free chips left."""
        self._grants_refused.value += 1

    def same_address_seat(self) -> None:
        """Count a player who sat down with another one of the same address."""
        self._same_address_seats.value += 1

    def one_way_flow(self) -> None:
        """Count a flow of chips that is large and one-way."""
        self._one_way_flows.value += 1

    def dropped(self, what: Drop) -> None:
        """Count what a client with a full outbox does not get."""
        self._drops.values[what,].value += 1

    def gc_pause(self, seconds: float) -> None:
        """Count a garbage collection."""
        self._gc_pauses.observe(seconds)

    def batch(self, events: int, seconds: float, waited_s: Sequence[float]) -> None:
        """Part of `StorageMetrics`."""
        self._batch_seconds.observe(seconds)
        self._batch_tables.observe(len(waited_s))
        self._batch_events.observe(events)
        self._commits.observe_all(waited_s)

    def loop_lag(self, late_ms: int) -> None:
        """Count how late the event loop was, every 50 ms."""
        self._loop_lag.observe(late_ms / 1000)
        if len(self.action_s) >= _MANY_ACTIONS:
            self._count_actions()

    def _count_actions(self) -> None:
        if self.action_s:
            self._actions.observe_all(self.action_s)
            self.action_s.clear()

    def operations(self) -> dict[tuple[str, ...], int]:
        """The counts by (operation, outcome)."""
        return self._operations.read()

    def drops(self) -> dict[tuple[str, ...], int]:
        """The counts of drops by (what,)."""
        return self._drops.read()

    def comparisons(self) -> dict[tuple[str, ...], int]:
        """The counts of comparisons by (outcome,)."""
        return self._comparisons.read()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format, of the media type CONTENT_TYPE."""
        self._count_actions()
        return generate_latest(WithoutCreationTimes(self._registry))
