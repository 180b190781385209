"""Logging: one pipeline to stdout for structlog and for the standard library's loggers.

Code logs with `structlog.get_logger("pokerws.NAME")`, with a constant event name and fields.  What
each event means is in `pokerws.logs.events`, from which `docs/logs.md` is made.  A server does not
import that.
"""

from pokerws.logs.levels import LEVELS, Level, set_level, shows_debug
from pokerws.logs.pipeline import configure, level_of_hand, tell_suppressed

__all__ = [
    "LEVELS",
    "Level",
    "configure",
    "level_of_hand",
    "set_level",
    "shows_debug",
    "tell_suppressed",
]
