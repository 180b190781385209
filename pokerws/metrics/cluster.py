"""What the metrics read of a cluster at each scrape; all 0 for a single server."""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric


@dataclass(frozen=True, kw_only=True)
class ClusterReading:
    """The links and relays of this server now, and what has happened since it joined."""

    # Other servers that clients of this one play at, or whose clients play here.
    servers: int = 0
    # Clients here at tables elsewhere, and clients elsewhere at tables here.
    relays_out: int = 0
    relays_in: int = 0
    frames_sent: int = 0
    frames_received: int = 0
    # Packets that the bus did not take.
    packets_unsent: int = 0
    # Times that frames of another server were lost, and asked for again.
    breaks: int = 0
    # Messages of clients to other servers, and those of them without an answer in time.
    forwarded: int = 0
    unanswered: int = 0


def families(now: ClusterReading) -> Iterator[Metric]:
    """The metrics."""
    yield _gauge(
        "servers",
        "Other servers that clients here play at, or whose clients play here.",
        now.servers,
    )
    relays = GaugeMetricFamily(
        "pokerws_cluster_relays",
        "Clients of this server at tables of others (out), and the reverse (in).",
        labels=["direction"],
    )
    relays.add_metric(["out"], now.relays_out)
    relays.add_metric(["in"], now.relays_in)
    yield relays
    frames = CounterMetricFamily(
        "pokerws_cluster_frames",
        "Frames between this server and others.",
        labels=["direction"],
    )
    frames.add_metric(["out"], now.frames_sent)
    frames.add_metric(["in"], now.frames_received)
    yield frames
    yield _counter("packets_unsent", "Packets that NATS did not take.", now.packets_unsent)
    yield _counter(
        "breaks", "Times that frames of a server were lost, and asked for again.", now.breaks
    )
    yield _counter("forwarded", "Client messages sent to the server of their table.", now.forwarded)
    yield _counter("unanswered", "Of those, refused for want of an answer in time.", now.unanswered)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"pokerws_cluster_{name}", meaning, value=value)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"pokerws_cluster_{name}", meaning, value=value)
