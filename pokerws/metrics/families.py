"""The kinds of metrics, as collectors of Prometheus' client.  With one thread they need no lock."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from pokerws.storage.outcomes import Count


class Counts(Collector):
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


class Histogram(Collector):
    """A histogram without labels; with one thread it needs no lock.

    `bounds` are the upper ones of all buckets but the last, which has none.  Each batch of saves is
    observed three times; the library's own costs four times as much.
    """

    def __init__(self, name: str, meaning: str, bounds: Sequence[float]) -> None:
        self._name = name
        self._meaning = meaning
        # Only floats: to compare them with integers takes three times as long.
        self._bounds = tuple(map(float, bounds))
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, amount: float) -> None:
        """Count an amount in the first bucket that is not below it."""
        self._counts[bisect_left(self._bounds, amount)] += 1
        self._sum += amount

    def observe_all(self, amounts: Sequence[float]) -> None:
        """Count many amounts, for which sorting them once is quicker."""
        ordered, before = sorted(amounts), 0
        for bucket, bound in enumerate(self._bounds):
            upto = bisect_right(ordered, bound, before)
            self._counts[bucket] += upto - before
            before = upto
        self._counts[-1] += len(ordered) - before
        self._sum += sum(ordered)

    def collect(self) -> Iterator[Metric]:
        names = map(floatToGoString, (*self._bounds, math.inf))
        buckets = list(zip(names, accumulate(self._counts), strict=True))
        yield HistogramMetricFamily(self._name, self._meaning, buckets, self._sum)


class WithoutCreationTimes(Collector):
    """A registry without the creation times of counters, which would double the text."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric
