from bench.live.latencies import summed_up, together


def test_percentiles_are_of_all_that_was_seen() -> None:
    latencies = summed_up([(100, 980), (5_000, 15), (90_000, 5)])
    assert latencies.count == 1000
    assert latencies.p50_us == latencies.p90_us == 100
    # Three digits count, so of a large value the last ones may be off.
    assert abs(latencies.p99_us - 5_000) <= 5
    assert abs(latencies.p999_us - 90_000) <= 90
    assert sum(count for _, count in latencies.buckets) == 1000


def test_several_rounds_are_summed_up_as_if_they_were_one() -> None:
    parts = [(150, 90), (70_001, 10)], [(151, 900), (1_234_567, 1)]
    whole = summed_up([*parts[0], *parts[1]])
    assert together(map(summed_up, parts)) == whole


def test_nothing_seen_has_no_latencies() -> None:
    assert summed_up([]).count == 0
    assert summed_up([]).buckets == []
