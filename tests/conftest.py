"""What holds for every test."""

import logging
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# A slow machine is no defect of a property, and a failure prints what reproduces it. Under CI
# Hypothesis would choose the same examples each time; here every run looks at new ones.
# `--hypothesis-profile thorough` looks at more.
settings.register_profile(
    "pokerws",
    max_examples=100,
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("pokerws"), max_examples=500)
settings.load_profile("pokerws")

pytest_plugins = ["tests.postgres_fixtures", "tests.browser_fixtures"]


# Each has a Postgres of its own.
MOST_WORKERS = 4


def pytest_xdist_auto_num_workers() -> int:
    """Workers for `-n auto`: one more than processors, since tests often wait for others."""
    return min(MOST_WORKERS, (os.cpu_count() or 1) + 1)


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """Undo what `configure` does to the process, for the sake of other tests."""
    root, websockets = logging.getLogger(), logging.getLogger("websockets")
    handlers, level, websockets_level = root.handlers[:], root.level, websockets.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)
    websockets.setLevel(websockets_level)
