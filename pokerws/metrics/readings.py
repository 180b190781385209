"""What is not counted, but read at each scrape: gauges, and counts that their parts keep."""

import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pokerws.metrics.cluster import ClusterReading, families


def _zero() -> int:
    return 0


@dataclass(frozen=True)
class Build:
    """What runs: the version, the server's name for people, and which features are on."""

    version: str = ""
    node: str = ""
    features: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Functions that return the current values."""

    connections: Callable[[], int] = _zero
    players_connected: Callable[[], int] = _zero
    players_seated: Callable[[], int] = _zero
    tables_in_memory: Callable[[], int] = _zero
    tables_paused: Callable[[], int] = _zero
    outbox_frames: Callable[[], int] = _zero
    changes_waiting: Callable[[], int] = _zero
    events_waiting: Callable[[], int] = _zero
    oldest_change_ms: Callable[[], int] = _zero
    changes_dropped: Callable[[], int] = _zero
    read_failures: Callable[[], int] = _zero
    servers_died: Callable[[], int] = _zero
    # Bytes of messages that were sent compressed: before, and as sent.
    compressed_bytes: Callable[[], tuple[int, int]] = lambda: (0, 0)
    longest_lag_ms: Callable[[], int] = _zero
    cluster: Callable[[], ClusterReading] = ClusterReading
    # Whether each part of `/readyz` is ready.
    ready: Callable[[], Mapping[str, bool]] = dict


class ReadAtScrape(Collector):
    """Reads everything at each scrape."""

    def __init__(self, readings: Readings, build: Build) -> None:
        self._readings = readings
        self._build = build

    def collect(self) -> Iterator[Metric]:
        now = self._readings
        yield _gauge("pokerws_connections", "Connected clients.", now.connections())
        yield _gauge(
            "pokerws_players_connected", "Players with a connection.", now.players_connected()
        )
        yield _gauge(
            "pokerws_players_seated",
            "Players, bots too, who sit at a table in memory.",
            now.players_seated(),
        )
        yield _gauge("pokerws_tables_in_memory", "Tables in memory.", now.tables_in_memory())
        yield _gauge(
            "pokerws_tables_paused", "Tables that an outage has paused.", now.tables_paused()
        )
        yield _gauge(
            "pokerws_outbox_frames",
            "Frames that wait for clients who have fallen behind.",
            now.outbox_frames(),
        )
        yield from self._of_storage()
        yield _gauge(
            "pokerws_loop_lag_longest_seconds",
            "Longest delay of the event loop in the last minute or two.",
            now.longest_lag_ms() / 1000,
        )
        compressed = CounterMetricFamily(
            "pokerws_compressed_bytes",
            "Bytes of the messages that were sent compressed, before and after.",
            labels=["size"],
        )
        for size, count in zip(("before", "after"), now.compressed_bytes(), strict=True):
            compressed.add_metric([size], count)
        yield compressed
        yield from families(now.cluster())
        yield from self._of_process()

    def _of_storage(self) -> Iterator[Metric]:
        now = self._readings
        yield _gauge(
            "pokerws_changes_waiting", "Changes not yet in the database.", now.changes_waiting()
        )
        yield _gauge(
            "pokerws_events_waiting", "Events not yet in the database.", now.events_waiting()
        )
        yield _gauge(
            "pokerws_oldest_change_seconds",
            "Age of the oldest change not yet in the database.",
            now.oldest_change_ms() / 1000,
        )
        yield CounterMetricFamily(
            "pokerws_changes_dropped",
            "Changes dropped because this server may no longer write their tables.",
            value=now.changes_dropped(),
        )
        yield CounterMetricFamily(
            "pokerws_read_failures",
            "Reads of the database that failed.",
            value=now.read_failures(),
        )
        yield CounterMetricFamily(
            "pokerws_servers_died",
            "Servers found dead, the earlier process of this one too.",
            value=now.servers_died(),
        )

    def _of_process(self) -> Iterator[Metric]:
        build = self._build
        ready = _labelled("pokerws_ready", "Whether a part of /readyz is ready.", "part")
        for part, is_ready in self._readings.ready().items():
            ready.add_metric([part], is_ready)
        yield ready
        enabled = _labelled("pokerws_feature_enabled", "Whether a feature is on.", "feature")
        for feature, is_on in build.features.items():
            enabled.add_metric([feature], is_on)
        yield enabled
        info = GaugeMetricFamily(
            "pokerws_build_info",
            "Always 1: the labels say what runs.",
            labels=["version", "python", "node"],
        )
        info.add_metric([build.version, platform.python_version(), build.node], 1)
        yield info


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _labelled(name: str, meaning: str, label: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, labels=[label])
