"""Logging: one pipeline to stdout for structlog and for the standard library's loggers.

This module owns the format of a line, not its content.  Tracebacks are printed without local
variables, which may contain a token or a card of a live hand.  The message of an exception may
also contain a card, as in `KeyError: 'As'`.  So cards are masked in tracebacks, in `error` fields,
and in the lines of libraries.
"""

import logging
import re
import sys
import traceback
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

_HANDLER = "pokerws"
# A word that consists of cards; or a card in the repr of MessagePack bytes.
_CARDS = re.compile(
    r"(?<![A-Za-z0-9])(?:[2-9TJQKA][cdhs])+(?![A-Za-z0-9])|(?<=\\xa2)[2-9TJQKA][cdhs]"
)


def configure(
    format: Literal["console", "json"],
    level: Literal["debug", "info", "warning", "error"],
) -> None:
    """Send every log line at `level` or above to stdout, flushed one by one.

    `json` prints one object per line: `event`, `level`, `timestamp` (ISO 8601, UTC), the bound
    values, and `logger` for a line of a library.  `console` prints the same for reading.  May be
    called again: the latest call applies to loggers created after it.
    """
    severity = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        # With this filter, a line below the level costs next to nothing.
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _route(_handler(format, shared), severity)


def shows_debug() -> bool:
    """Whether debug lines are shown; cheaper than creating a line that is dropped."""
    return logging.root.level <= logging.DEBUG


def _handler(format: str, shared: list[Processor]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stdout)
    handler.set_name(_HANDLER)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                _mask_quoted,
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
    return _masked("".join(traceback.format_exception(*exc_info)).rstrip("\n"))


def _print_traceback(out: TextIO, exc_info: ExcInfo) -> None:
    out.write("\n" + _traceback(exc_info))


def _mask_quoted(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """A processor that masks cards where an exception may be quoted."""
    for field in ("error",) if line["_from_structlog"] else ("event",):
        if isinstance(quoted := line.get(field), str):
            line[field] = _masked(quoted)
    return line


def _masked(text: str) -> str:
    return _CARDS.sub("??", text)


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
