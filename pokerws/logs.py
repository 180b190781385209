"""The log: one pipeline for structlog and for the standard library's loggers, to stdout.

This module owns how a log line looks, not what is logged. Whatever the pipeline, no line shows the
local variables of a traceback: they may hold a card of a live hand or a token.
"""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

_HANDLER = "pokerws"


def configure(
    format: Literal["console", "json"],
    level: Literal["debug", "info", "warning", "error"],
) -> None:
    """Send every log line at `level` or above to stdout, each flushed when written.

    `json` prints one object a line, with `event`, `level`, `timestamp` (ISO 8601, UTC), for a
    foreign line `logger`, and the values bound to it; `console` prints the same for a person.
    May be called again; the last call counts for loggers made after it.
    """
    severity = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        # This filter makes a line below the level cost next to nothing.
        wrapper_class=structlog.make_filtering_bound_logger(severity),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _route(_handler(format, shared), severity)


def _handler(format: str, shared: list[Processor]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stdout)
    handler.set_name(_HANDLER)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(format),
            ],
        )
    )
    return handler


def _renderers(format: str) -> list[Processor]:
    if format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
        )
    ]


def _route(handler: logging.Handler, severity: int) -> None:
    root = logging.getLogger()
    for old in root.handlers[:]:
        if old.get_name() == _HANDLER:
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(severity)
    # At debug level websockets prints every frame, with cards and tokens; at info it says again
    # what a session logs.
    logging.getLogger("websockets").setLevel(max(severity, logging.WARNING))
