"""The counters of one server, and their text for Prometheus.

This module owns every counter's name, labels and buckets; docs/operations.md says what each means.
What is counted is handed in and what is measured is read from functions, so it knows nothing of the
rest of the program.  Nothing here belongs to the process: several servers in one do not mix.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST

ACCEPTED = "accepted"
# The command of an answer to what could not be read.
UNREADABLE = "unreadable"

# Those that can happen are there from the start, at 0: a counter that appears with its first
# failure has no rate for it.
OUTCOMES = {
    "create_game": ("IN_MEMORY", "DB_SUCCESS"),
    "get_game": ("IN_MEMORY", "DB_HYDRATE", "DB_FAILED"),
    "save_game": ("IN_MEMORY", "DB_SUCCESS", "DB_FAILED", "DB_CONFLICT", "FENCED"),
}
COMPARISONS = ("match", "mismatch", "skipped")
# Why a connection was not let in: no room to hear it or to keep it, too many from one address or of
# one player, too many in a short time, or opened by a foreign page.
REFUSALS = ("opening", "full", "address", "player", "too_fast", "origin")
# The refusals that a client earns by not keeping to the protocol, or by guessing at tokens.
VIOLATIONS = (
    "not_text",
    "not_binary",
    "not_json",
    "not_msgpack",
    "not_an_object",
    "unknown_type",
    "missing_field",
    "unknown_field",
    "wrong_type",
    "out_of_range",
    "invalid_value",
    "bad_name",
    "hello_first",
    "already_greeted",
    "unsupported_protocol",
    "name_missing",
    "token_missing",
    "token_expired",
    "bad_token",
    "wrong_player",
)

_BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_BATCH_TABLES = (1, 2, 5, 10, 20, 50, 100, 200)
_BATCH_EVENTS = (1, 5, 10, 50, 100, 500, 1000, 5000)


def _none() -> int:
    return 0


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What is not counted but read, when somebody asks: functions that give whole numbers."""

    connections: Callable[[], int] = _none
    tables_in_memory: Callable[[], int] = _none
    changes_waiting: Callable[[], int] = _none
    events_waiting: Callable[[], int] = _none
    oldest_change_ms: Callable[[], int] = _none
    changes_dropped: Callable[[], int] = _none


class Metrics:
    """The counters of one server.  To count takes a tenth of a microsecond."""

    def __init__(self, readings: Readings | None = None) -> None:
        self.readings = readings or Readings()
        self._registry = registry = CollectorRegistry()
        self._operations = _Counts(
            "pokerws_game_operations",
            "Tables made, looked up and saved, by how it went.",
            ["operation", "outcome"],
        )
        self._commands = _Counts(
            "pokerws_commands",
            "Messages of clients, by their answer: accepted, or the code of the refusal.",
            ["command", "answer"],
        )
        self._comparisons = _Counts(
            "pokerws_comparisons",
            "Comparisons of a table in memory with what is stored.",
            ["outcome"],
        )
        self._violations = _Counts(
            "pokerws_violations",
            "Messages that did not keep to the protocol, by the code of the refusal.",
            ["code"],
        )
        self._closes = _Counts(
            "pokerws_session_closes",
            "Connections that have ended, by their close code.",
            ["code"],
        )
        self._refused = _Counts(
            "pokerws_connections_refused",
            "Connections that were not let in, by the reason.",
            ["reason"],
        )
        self._batch_seconds = Histogram(
            "pokerws_save_batch_seconds",
            "Time that the database took for a batch of saves.",
            buckets=_BATCH_SECONDS,
            registry=registry,
        )
        self._batch_tables = Histogram(
            "pokerws_save_batch_tables",
            "Tables in a batch of saves.",
            buckets=_BATCH_TABLES,
            registry=registry,
        )
        self._batch_events = Histogram(
            "pokerws_save_batch_events",
            "Events in a batch of saves.",
            buckets=_BATCH_EVENTS,
            registry=registry,
        )
        for counts in (
            self._operations,
            self._commands,
            self._comparisons,
            self._violations,
            self._closes,
            self._refused,
        ):
            registry.register(counts)
        registry.register(_Read(self.readings))
        ProcessCollector(registry=registry)
        self._bind_closed_sets()

    def _bind_closed_sets(self) -> None:
        """Have everything that can happen there from the start."""
        for operation, outcomes in OUTCOMES.items():
            for outcome in outcomes:
                self._operations.values[operation, outcome] = 0
        for counts, all_labels in (
            (self._refused, REFUSALS),
            (self._comparisons, COMPARISONS),
            (self._violations, VIOLATIONS),
        ):
            for label in all_labels:
                counts.values[label,] = 0

    def operation(self, operation: str, outcome: str) -> None:
        """Count one of OUTCOMES."""
        self._operations.values[operation, outcome] += 1

    def command(self, command: str, answer: str) -> None:
        """Count an answer: ACCEPTED, or the code of a refusal.  Both must be of a closed set."""
        self._commands.values[command, answer] += 1

    def comparison(self, outcome: str) -> None:
        """Count one of COMPARISONS."""
        self._comparisons.values[outcome,] += 1

    def violation(self, code: str) -> None:
        """Count one of VIOLATIONS."""
        self._violations.values[code,] += 1

    def session_closed(self, code: int | None) -> None:
        """Count the end of a connection; None is one that ended without a code."""
        # A client may send any code; it must not be able to fill the memory with counters.
        bounded = code is not None and (1000 <= code < 1016 or 4400 <= code < 4500)
        self._closes.values[str(int(code)) if bounded and code is not None else "other",] += 1

    def connection_refused(self, reason: str) -> None:
        """Count one of REFUSALS."""
        self._refused.values[reason,] += 1

    def batch(self, tables: int, events: int, seconds: float) -> None:
        """Count a batch of saves that the database has carried out."""
        self._batch_seconds.observe(seconds)
        self._batch_tables.observe(tables)
        self._batch_events.observe(events)

    def operations(self) -> dict[tuple[str, ...], int]:
        """How often each (operation, outcome) has been counted."""
        return dict(self._operations.values)

    def comparisons(self) -> dict[tuple[str, ...], int]:
        """How often each (outcome,) of a comparison has been counted."""
        return dict(self._comparisons.values)

    def text(self) -> bytes:
        """All of it in Prometheus' text format, whose type is CONTENT_TYPE."""
        return generate_latest(_Lean(self._registry))


class _Counts(Collector):
    """A counter with labels whose values are a dict: there is one thread, and so no lock."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str]) -> None:
        self._name = name
        self._meaning = meaning
        self._labels = labels
        self.values: defaultdict[tuple[str, ...], int] = defaultdict(int)

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, value in self.values.items():
            family.add_metric(labels, value)
        yield family


class _Read(Collector):
    """Reads the readings when Prometheus asks."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        now = self._readings
        yield GaugeMetricFamily(
            "pokerws_connections", "Clients that are connected.", value=now.connections()
        )
        yield GaugeMetricFamily(
            "pokerws_tables_in_memory", "Tables in memory.", value=now.tables_in_memory()
        )
        yield GaugeMetricFamily(
            "pokerws_changes_waiting",
            "Changes that are not in the database yet.",
            value=now.changes_waiting(),
        )
        yield GaugeMetricFamily(
            "pokerws_events_waiting",
            "Events that are not in the database yet.",
            value=now.events_waiting(),
        )
        yield GaugeMetricFamily(
            "pokerws_oldest_change_seconds",
            "How long the oldest change has waited for the database.",
            value=now.oldest_change_ms() / 1000,
        )
        yield CounterMetricFamily(
            "pokerws_changes_dropped",
            "Changes of tables that this server may not write any more.",
            value=now.changes_dropped(),
        )


class _Lean(Collector):
    """A registry without the times at which its counters were made, which would double the text."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric
