"""Does the same to many viewers or tables, so that the failure of one never stops the others."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

import structlog

log = structlog.get_logger("pokerws.isolation")


class Isolated(Protocol):
    """One of many: a viewer, or a table."""

    def fail(self, error: Exception) -> None:
        """A bug was met: report it as an error and end this one, unless it has ended."""


One = TypeVar("One", bound=Isolated)


def each(ones: Iterable[One], step: Callable[[One], object]) -> None:
    """Call `step` for each of them.  If that raises, this one fails, and the others go on."""
    # A copy: one that fails may leave the collection.
    for one in list(ones):
        attempt(one, step, one)


def attempt(one: Isolated, step: Callable[..., object], *arguments: object) -> None:
    """Call `step` on behalf of one.  If that raises, this one fails."""
    try:
        step(*arguments)
    except Exception as error:  # noqa: BLE001  `fail` reports it
        fail(one, error)


def fail(one: Isolated, error: Exception) -> None:
    """Let one fail.  A bug in that is logged: the others must go on all the same."""
    try:
        one.fail(error)
    except Exception:
        log.exception("failure_not_handled", failed=type(one).__name__)
