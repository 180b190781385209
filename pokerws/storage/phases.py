"""Reports of what the start of a database waits for."""

from collections.abc import Callable
from typing import TypeAlias

# Is called with a noun, such as "the migration lock", when the wait for it begins.
Report: TypeAlias = Callable[[str], None]


def unreported(_: str) -> None:
    """A `Report` for callers that do not show it."""
