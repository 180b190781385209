"""The metrics of one server, in Prometheus' text format; docs/metrics.md explains each.

Counts are passed in and gauges are read through functions, so this depends on no part that it
measures.  Each server has a registry of its own, so that several servers in one process do not mix.
"""

from pokerws.metrics.labels import ACCEPTED, OUTCOMES, UNREADABLE, VIOLATIONS, Comparison, Drop
from pokerws.metrics.metrics import CONTENT_TYPE, Metrics
from pokerws.metrics.readings import Build, Readings

__all__ = [
    "ACCEPTED",
    "CONTENT_TYPE",
    "OUTCOMES",
    "UNREADABLE",
    "VIOLATIONS",
    "Build",
    "Comparison",
    "Drop",
    "Metrics",
    "Readings",
]
