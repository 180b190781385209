"""Makes `docs/logs.md` from the registry."""

from collections.abc import Iterator

from pokerws.logs.events import SECTIONS, LogEvent, Section
from pokerws.logs.events.fields import COMMON, FIELDS
from pokerws.logs.limits import LIMITS, MANY, USUAL

_INTRODUCTION = f"""\
<!-- Made from pokerws/logs/events by `make docs`. -->
# Log lines

The server writes its log to standard output, one line for each event. `LOG_FORMAT=json` makes each
line a JSON object. `LOG_LEVEL` is the lowest level that is written. The names and fields of lines
are stable; texts in `error`, `reason` and `action` are not. How the numbers belong together is in
[operations](operations.md).

## How many lines

- **A limit for each name and level.** Above debug, at most {USUAL} lines a minute have the same
  name and level; the tables give another limit where it differs. So no client and no outage fills
  a disk. What was left out is told by `suppressed` in the next such line, or within a minute by
  `lines_suppressed`. Lines of a library count by logger. Debug lines have no limit.
- **One line for each hand**, `hand_ended`, is at debug: ten thousand tables play some 250 hands a
  second. `LOG_HANDS_ONE_IN=100` writes each hundredth hand of a table at info.
- **One line for each connection**, `session_ended`, is at info, at most {MANY} a minute.
- **Changes of tables** are counted in [`games_report`](operations.md#games_report) and in the
  [metrics](metrics.md), not logged one by one.

## What a line never has

Tokens, passwords, keys, codes of links and cards. Fields with such names are replaced by
`[refused]`. So are texts that look like a token, a password in an address, or a long random word;
cards in a text become `??`. The first time for each line and field is told by `value_refused`.
"""

_FIELDS = """\
## Fields

Fields that end in `_ms` or `_s` are milliseconds or seconds; `_bytes` are bytes. `?` marks a field
that is not in every line. In any line:
"""


def page() -> str:
    """The whole document."""
    return "\n".join(
        [
            _INTRODUCTION,
            *("\n".join(_section(section)) for section in SECTIONS),
            _FIELDS,
            *_meanings(COMMON),
            "",
            "In some:",
            "",
            *_meanings(FIELDS),
            "",
        ]
    )


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    yield "| line | level, logger | fields | meaning | what to do |"
    yield "| --- | --- | --- | --- | --- |"
    for event in section.events:
        cells = [f"`{event.name}`", _level(event), _fields(event), event.meaning, event.action]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _level(event: LogEvent) -> str:
    limit = LIMITS.get(event.name, USUAL)
    loggers = ", ".join(f"`{name}`" for name in event.logger.split())
    text = f"{', '.join(event.levels.split())}; {loggers}"
    if limit is None:
        return f"{text}; no limit"
    return text if limit == USUAL else f"{text}; {limit} a minute"


def _fields(event: LogEvent) -> str:
    return ", ".join(f"`{field}`" for field in event.fields.split())


def _meanings(fields: dict[str, str]) -> Iterator[str]:
    yield "| field | meaning |"
    yield "| --- | --- |"
    for field, meaning in fields.items():
        yield f"| `{field}` | {meaning} |"
