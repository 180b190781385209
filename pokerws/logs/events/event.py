"""What is known of each log line."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class LogEvent:
    """All lines with one name.

    `levels`, `room`, `logger` and `fields` are lists of words: the levels it is logged at, the
    rooms of the code and the loggers (after `pokerws.`) that log it, and its fields.  A field with
    `?` is not in every line.  `meaning` and `action`, what an operator does, are Markdown.
    """

    name: str
    levels: str
    room: str
    logger: str
    fields: str = ""
    meaning: str
    action: str = "nothing"


@dataclass(frozen=True)
class Section:
    """Events under a heading, in the order of their names."""

    title: str
    events: tuple[LogEvent, ...]
