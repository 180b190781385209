"""What holds for every test."""

import gc
import logging
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from pokerws import logs
from pokerws.metrics import ACCEPTED, UNREADABLE, Metrics
from pokerws.schema.refused import codes_of
from pokerws.schema.schemas import CLIENT_MESSAGES, tag_of

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
# More objects, and more young collections, before garbage is looked for: tests leave little of it.
COLLECT_AFTER = (10_000, 20, 20)
# Their tests take longest and mostly wait for other processes.
SLOW_ROOMS = ("external", "e2e", "simulation", "bench", "web")


@pytest.fixture(scope="session", autouse=True)
def _elsewhere() -> Iterator[None]:
    """Run tests, and the servers that they start, in another folder than the checkout.

    What a server keeps in `var` by default is of a server that somebody runs in the checkout.
    """
    checkout = Path.cwd()
    with TemporaryDirectory(prefix="pokerws-test-") as place:
        # Servers that run as an account without rights must have access.
        os.chmod(place, 0o755)  # noqa: PTH101
        os.chdir(place)
        yield
        os.chdir(checkout)


def pytest_xdist_auto_num_workers() -> int:
    """Workers for `-n auto`: two more than processors, since tests often wait for others."""
    return min(MOST_WORKERS, (os.cpu_count() or 1) + 2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, nor look at them later: they stay anyway."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let slow tests begin first, so that no worker is left with one when the others are done."""
    rooms = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(rooms).parts[0] not in SLOW_ROOMS)


# Refusals that no document lists for their command, by servers in this process.
_unlisted: list[tuple[str, str]] = []


def _note_unlisted() -> None:
    """Let every answer of a server in this process be compared with the document's lists."""
    listed: set[tuple[str, str]] = {
        (tag_of(one), code) for one in CLIENT_MESSAGES for code in codes_of(one)
    }
    listed |= {(tag_of(one), ACCEPTED) for one in CLIENT_MESSAGES}
    count = Metrics.command

    def command(self: Metrics, command: str, answer: str) -> None:
        count(self, command, answer)
        if (command, answer) not in listed and command != UNREADABLE:
            _unlisted.append((command, answer))

    Metrics.command = command  # type: ignore[method-assign]


_note_unlisted()


@pytest.fixture(autouse=True)
def every_refusal_is_listed() -> Iterator[None]:
    """A refusal that the lists of `pokerws.schema.refused` lack fails the test that gets it."""
    _unlisted.clear()
    yield
    assert _unlisted == [], "pokerws/schema/refused.py does not list these refusals"


@pytest.fixture(autouse=True)
def digits_as_before() -> Iterator[None]:
    """A server that is served lowers the limit of its process."""
    limit = sys.get_int_max_str_digits()
    yield
    sys.set_int_max_str_digits(limit)


@pytest.fixture(scope="session", autouse=True)
def loggers_follow_the_test() -> Iterator[None]:
    """A cached logger would keep what one test has configured, and hide from the next one."""
    configure = structlog.configure

    def configure_without_cache(**settings: Any) -> None:
        configure(**{**settings, "cache_logger_on_first_use": False})

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(structlog, "configure", configure_without_cache)
        yield


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Undo what `configure` does to the process, for the sake of other tests."""
    root, websockets = logging.getLogger(), logging.getLogger("websockets")
    handlers, level, websockets_level = root.handlers[:], root.level, websockets.level
    yield
    if not any(handler.name == "pokerws" for handler in root.handlers):
        return
    logs.configure("json", "info")  # So that no logger keeps a level of its own.
    logging.getLogger("pokerws").setLevel(logging.NOTSET)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:] = handlers
    root.setLevel(level)
    websockets.setLevel(websockets_level)
