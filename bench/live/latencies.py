"""Latencies of a round, summed up: percentiles, and what a plot or another sum is made of."""

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

from bench.live.load import Latencies

# Three digits that count, from a microsecond to ten minutes.
LOWEST_US, HIGHEST_US, DIGITS = 1, 600_000_000, 3


def together(several: Iterable[Latencies]) -> Latencies:
    """The latencies of several rounds as if of one."""
    return summed_up(bucket for one in several for bucket in one.buckets)


def summed_up(counts: Iterable[tuple[int, int]]) -> Latencies:
    """The percentiles, and the buckets to plot, of pairs of a latency and how often it was seen."""
    histogram = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    for latency_us, count in counts:
        histogram.record_value(min(max(latency_us, LOWEST_US), HIGHEST_US), count)
    if not histogram.get_total_count():
        return Latencies(0, 0.0, 0, 0, 0, 0, 0, [])
    p50, p90, p99, p999 = (histogram.get_value_at_percentile(p) for p in (50, 90, 99, 99.9))
    return Latencies(
        count=histogram.get_total_count(),
        mean_us=histogram.get_mean_value(),
        p50_us=p50,
        p90_us=p90,
        p99_us=p99,
        p999_us=p999,
        max_us=histogram.get_max_value(),
        buckets=[
            (step.value_iterated_to, step.count_added_in_this_iter_step)
            for step in histogram.get_recorded_iterator()
        ],
    )
