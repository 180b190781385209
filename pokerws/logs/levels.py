"""The lowest level of the lines that each logger writes, which may be changed at run time.

A line below its logger's level costs a call that does nothing.  structlog builds the levels into
classes, so each logger has a class of its own, and a change replaces the methods of that class.
That also reaches loggers that `bind` has made.
"""

import logging
from typing import Any, Final, Literal, get_args

import structlog
from structlog.typing import FilteringBoundLogger

Level = Literal["debug", "info", "warning", "error"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
# The name of all loggers of the server together.
ALL: Final = "pokerws"

_METHODS = (
    *("critical", "debug", "error", "exception", "fatal", "info", "log", "msg", "warn", "warning"),
    *("get_effective_level", "is_enabled_for"),
)


class Levels:
    """The levels of all loggers of the server, by name."""

    def __init__(self) -> None:
        self._level = logging.INFO
        self._own: dict[str, int] = {}
        self._classes: dict[str, type] = {}
        self.shows_debug = False

    def reset(self, severity: int) -> None:
        """All loggers have this level, also those that had one of their own."""
        for name in self._own:
            logging.getLogger(name).setLevel(logging.NOTSET)
        self._own.clear()
        self.set(ALL, severity)

    def set(self, name: str, severity: int) -> None:
        """Set the level of one logger; `ALL` are those that have none of their own."""
        if name == ALL:
            self._level = severity
        else:
            self._own[name] = severity
        # What passes here is not to be stopped by the level of libraries, which is the root's.
        logging.getLogger(name).setLevel(severity)
        self._apply()

    def bound_logger(self, logger: logging.Logger, **arguments: Any) -> FilteringBoundLogger:
        """A structlog logger for `logger`, of the class that its level decides."""
        kind = self._classes.get(logger.name)
        if kind is None:
            base = structlog.make_filtering_bound_logger(logging.NOTSET)
            kind = self._classes[logger.name] = type("BoundLogger", (base,), {})
            self._apply_to(logger.name)
        bound: FilteringBoundLogger = kind(logger, **arguments)
        return bound

    def _apply(self) -> None:
        self.shows_debug = min((self._level, *self._own.values())) <= logging.DEBUG
        for name in self._classes:
            self._apply_to(name)

    def _apply_to(self, name: str) -> None:
        severity = self._own.get(name, self._level)
        filtered = structlog.make_filtering_bound_logger(severity)
        for method in _METHODS:
            setattr(self._classes[name], method, getattr(filtered, method))


levels = Levels()


def set_level(name: str, level: Level) -> None:
    """Write the lines of a logger from this level on, such as `pokerws.session`, until a restart.

    `pokerws` stands for all loggers of the server that were not set by name.  Libraries have their
    own, such as `asyncpg`; `websockets` writes nothing below warning, since its lines have cards.
    Raises ValueError for another level.
    """
    if level not in LEVELS:
        raise ValueError(f"expected one of {', '.join(LEVELS)}, got {level!r}")
    severity = logging.getLevelNamesMapping()[level.upper()]
    if name == ALL or name.startswith(f"{ALL}."):
        levels.set(name, severity)
    else:
        at_least = logging.WARNING if name.partition(".")[0] == "websockets" else severity
        logging.getLogger(name).setLevel(max(severity, at_least))


def shows_debug() -> bool:
    """Whether debug lines of any logger are shown; cheaper than creating a line that is dropped."""
    return levels.shows_debug or logging.root.level <= logging.DEBUG
