"""The metrics of one server, in Prometheus' text format.

This module owns the names, labels and buckets; docs/operations.md explains each metric.  Counts are
passed in and gauges are read through functions, so it depends on no part that it measures.  Each
server has a registry of its own, so that several servers in one process do not mix.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal, get_args

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from pokerws.storage.outcomes import Count, Operation, Outcome

CONTENT_TYPE = CONTENT_TYPE_LATEST

ACCEPTED = "accepted"
# The `command` label of a message that could not be decoded.
UNREADABLE = "unreadable"

# Every outcome is exposed from the start, at 0: Prometheus computes no rate for the increase with
# which a counter first appears.
OUTCOMES: dict[Operation, tuple[Outcome, ...]] = {
    "create_game": (Outcome.IN_MEMORY, Outcome.DB_SUCCESS),
    "get_game": (
        Outcome.IN_MEMORY,
        Outcome.DB_HYDRATE,
        Outcome.DB_FAILED,
        Outcome.FENCED,
        Outcome.WENT_BACK,
    ),
    "save_game": (
        Outcome.IN_MEMORY,
        Outcome.DB_SUCCESS,
        Outcome.DB_FAILED,
        Outcome.DB_CONFLICT,
        Outcome.FENCED,
        Outcome.WENT_BACK,
    ),
}
# The outcomes of comparing a table in memory with its stored row.
Comparison = Literal["match", "mismatch", "skipped", "fenced"]
# Why a connection was refused: too many handshakes, connections in total, from one address or of
# one player, too many in a short time, the page of a foreign origin, or an unknown host name.
REFUSALS = ("opening", "full", "address", "player", "too_fast", "origin", "host")
# The codes of protocol violations, and of invalid tokens.
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
    "bad_code",
    "wrong_player",
)

_BATCH_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_BATCH_TABLES = (1, 2, 5, 10, 20, 50, 100, 200)
_BATCH_EVENTS = (1, 5, 10, 50, 100, 500, 1000, 5000)
_LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


def _zero() -> int:
    return 0


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Functions that return the current values of the gauges."""

    connections: Callable[[], int] = _zero
    tables_in_memory: Callable[[], int] = _zero
    changes_waiting: Callable[[], int] = _zero
    events_waiting: Callable[[], int] = _zero
    oldest_change_ms: Callable[[], int] = _zero
    changes_dropped: Callable[[], int] = _zero
    # Bytes of messages that were sent compressed: before, and as sent.
    compressed_bytes: Callable[[], tuple[int, int]] = lambda: (0, 0)
    longest_lag_ms: Callable[[], int] = _zero


class Metrics:
    """The metrics of one server.  A count takes a tenth of a microsecond."""

    def __init__(self, readings: Readings | None = None) -> None:
        self.readings = readings or Readings()
        self._registry = registry = CollectorRegistry()
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
        self._grants_refused = self._counts(
            "pokerws_grants_refused", "New accounts opened without the grant.", []
        )
        self._same_address_seats = self._counts(
            "pokerws_same_address_seats",
            "Players who sat down at a table with another player of their address.",
            [],
        )
        self._one_way_flows = self._counts(
            "pokerws_chips_flows_one_way", "Pairs of players between whom chips flow one way.", []
        )
        self._refused = self._counts(
            "pokerws_connections_refused", "Refused connections, by reason.", ["reason"]
        )
        registry.register(_Gauges(self.readings))
        ProcessCollector(registry=registry)
        self._bind_closed_sets()

    def _counts(self, name: str, meaning: str, labels: Sequence[str]) -> "_Counts":
        counts = _Counts(name, meaning, labels)
        self._registry.register(counts)
        return counts

    def _histogram(self, name: str, meaning: str, buckets: Sequence[float]) -> "_Histogram":
        histogram = _Histogram(name, meaning, buckets)
        self._registry.register(histogram)
        return histogram

    def _bind_closed_sets(self) -> None:
        """Expose every label of a closed set from the start."""
        for counts in (self._grants_refused, self._same_address_seats, self._one_way_flows):
            counts.values[()] = Count()
        for operation, outcomes in OUTCOMES.items():
            for outcome in outcomes:
                self._operations.values[operation, outcome] = Count()
        for counts, all_labels in (
            (self._refused, REFUSALS),
            (self._comparisons, get_args(Comparison)),
            (self._violations, VIOLATIONS),
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
        self._grants_refused.values[()].value += 1

    def same_address_seat(self) -> None:
        """Count a player who sat down with another one of the same address."""
        self._same_address_seats.values[()].value += 1

    def one_way_flow(self) -> None:
        """Count a flow of chips that is large and one-way."""
        self._one_way_flows.values[()].value += 1

    def batch(self, tables: int, events: int, seconds: float) -> None:
        """Count a batch of saves that the database has committed."""
        self._batch_seconds.observe(seconds)
        self._batch_tables.observe(tables)
        self._batch_events.observe(events)

    def loop_lag(self, late_ms: int) -> None:
        """Count how late the event loop was."""
        self._loop_lag.observe(late_ms / 1000)

    def operations(self) -> dict[tuple[str, ...], int]:
        """The counts by (operation, outcome)."""
        return self._operations.read()

    def comparisons(self) -> dict[tuple[str, ...], int]:
        """The counts of comparisons by (outcome,)."""
        return self._comparisons.read()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format, of the media type CONTENT_TYPE."""
        return generate_latest(_WithoutCreationTimes(self._registry))


class _Counts(Collector):
    """A labelled counter backed by a dict; with one thread it needs no lock."""

    def __init__(self, name: str, meaning: str, labels: Sequence[str]) -> None:
        self._name = name
        self._meaning = meaning
        self._labels = labels
        self.values: defaultdict[tuple[str, ...], Count] = defaultdict(Count)

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._meaning, labels=self._labels)
        for labels, count in self.values.items():
            family.add_metric(labels, count.value)
        yield family

    def read(self) -> dict[tuple[str, ...], int]:
        """The counts by labels."""
        return {labels: count.value for labels, count in self.values.items()}


class _Histogram(Collector):
    """A histogram without labels; with one thread it needs no lock.

    `bounds` are the upper ones of all buckets but the last, which has none.  Each batch of saves is
    observed three times; the library's own costs four times as much.
    """

    def __init__(self, name: str, meaning: str, bounds: Sequence[float]) -> None:
        self._name = name
        self._meaning = meaning
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, amount: float) -> None:
        """Count an amount in the first bucket that is not below it."""
        self._counts[bisect_left(self._bounds, amount)] += 1
        self._sum += amount

    def collect(self) -> Iterator[Metric]:
        names = map(floatToGoString, (*self._bounds, math.inf))
        buckets = list(zip(names, accumulate(self._counts), strict=True))
        yield HistogramMetricFamily(self._name, self._meaning, buckets, self._sum)


class _Gauges(Collector):
    """Reads the gauges at each scrape."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        now = self._readings
        yield GaugeMetricFamily(
            "pokerws_connections", "Connected clients.", value=now.connections()
        )
        yield GaugeMetricFamily(
            "pokerws_tables_in_memory", "Tables in memory.", value=now.tables_in_memory()
        )
        yield GaugeMetricFamily(
            "pokerws_changes_waiting",
            "Changes not yet in the database.",
            value=now.changes_waiting(),
        )
        yield GaugeMetricFamily(
            "pokerws_events_waiting",
            "Events not yet in the database.",
            value=now.events_waiting(),
        )
        yield GaugeMetricFamily(
            "pokerws_oldest_change_seconds",
            "Age of the oldest change not yet in the database.",
            value=now.oldest_change_ms() / 1000,
        )
        yield GaugeMetricFamily(
            "pokerws_loop_lag_longest_seconds",
            "Longest delay of the event loop in the last minute or two.",
            value=now.longest_lag_ms() / 1000,
        )
        yield CounterMetricFamily(
            "pokerws_changes_dropped",
            "Changes dropped because this server may no longer write their tables.",
            value=now.changes_dropped(),
        )
        compressed = CounterMetricFamily(
            "pokerws_compressed_bytes",
            "Bytes of the messages that were sent compressed, before and after.",
            labels=["size"],
        )
        for size, count in zip(("before", "after"), now.compressed_bytes(), strict=True):
            compressed.add_metric([size], count)
        yield compressed


class _WithoutCreationTimes(Collector):
    """A registry without the creation times of counters, which would double the text."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric
