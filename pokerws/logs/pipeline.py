"""The way of a log line: what it carries, whether it is written, and how it looks.

This module owns the format of a line, not its content.  Tracebacks are printed without local
variables, which may contain a token or a card of a live hand.  The message of an exception may
also contain one, as in `KeyError: 'As'`; so tracebacks pass the same mask as other texts.
"""

import logging
import sys
import traceback
from typing import Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, ExcInfo, FilteringBoundLogger, Processor, WrappedLogger

from pokerws.logs.levels import Level, levels
from pokerws.logs.limits import LogLimits
from pokerws.logs.secrets import Secrets, masked

_HANDLER = "pokerws"

log = structlog.get_logger("pokerws.logs")


# Logging is global in Python.
_limits = LogLimits()
_secrets = Secrets()
_hands_one_in = [0]


def configure(format: Literal["console", "json"], level: Level, *, hands_one_in: int = 0) -> None:
    """Send every log line at `level` or above to stdout, flushed one by one.

    `json` prints one object per line: `event`, `level`, `timestamp` (ISO 8601, UTC), the bound
    values, and `logger` for a line of a library.  `console` prints the same for reading.  May be
    called again: the latest call applies to loggers created after it.  `hands_one_in`: see
    `level_of_hand`.
    """
    _limits.reset()
    _secrets.reset()
    _hands_one_in[0] = hands_one_in
    severity = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            _limit,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=cast("type[FilteringBoundLogger]", levels.bound_logger),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _route(_handler(format, shared), severity)
    levels.reset(severity)


def level_of_hand(number: int) -> int:
    """The level of the line about a hand: info for one of `hands_one_in` at each table."""
    one_in = _hands_one_in[0]
    return logging.INFO if one_in and number % one_in == 0 else logging.DEBUG


def tell_suppressed() -> None:
    """Write what the latest minute left out of the log.  Call it about once a minute, and at the
    end.
    """
    for event, count in _limits.told():
        log.warning("lines_suppressed", line=event, count=count)
    for event, field in _secrets.told():
        log.error("value_refused", line=event, field=field, values=_secrets.refused)


def _limit(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """A processor: the first, so that a flood costs little."""
    suppressed = _limits.take(line["event"], method)
    if suppressed is None:
        raise structlog.DropEvent
    if suppressed:
        line["suppressed"] = suppressed + line.get("suppressed", 0)
    return line


class _LibraryLines(logging.Filter):
    """Limits the lines of libraries, by logger: their texts may all be different."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, dict):
            return True  # Of structlog, and limited there.
        return _limits.take(record.name, record.levelname.lower()) is not None


def _handler(format: str, shared: list[Processor]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stdout)
    handler.set_name(_HANDLER)
    handler.addFilter(_LibraryLines())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                _secrets,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(format),
            ],
        )
    )
    return handler


def _renderers(format: str) -> list[Processor]:
    if format == "json":
        return [
            structlog.processors.ExceptionRenderer(_traceback),
            structlog.processors.JSONRenderer(),
        ]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(),
            exception_formatter=_print_traceback,
        )
    ]


def _traceback(exc_info: ExcInfo) -> str:
    return masked("".join(traceback.format_exception(*exc_info)).rstrip("\n"))


def _print_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    out.write("\n" + _traceback(exc_info))


def _route(handler: logging.Handler, severity: int) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        if old.get_name() == _HANDLER:
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(severity)
    # At debug level websockets logs every frame, with cards and tokens; at info it repeats what
    # sessions log.
    logging.getLogger("websockets").setLevel(max(severity, logging.WARNING))
