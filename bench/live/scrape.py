"""What a server of ours says of itself under /metrics."""

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families


def metrics(port: int) -> dict[str, float]:
    """All values that have no labels, by name."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as response:
        text = response.read().decode()
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.labels
    }
