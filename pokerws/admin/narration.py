"""Prints answers of admin commands for people: lists as tables, all else as lines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

# Times on the clock; other times in ms are lengths.
_MOMENTS = frozenset(
    {"at_ms", "until_ms", "started_ms", "left_ms", "muted_until_ms", "frozen_until_ms"}
)
_LONGEST = 60


def lines_of(result: Mapping[str, object]) -> Iterator[str]:
    """The lines to print for a result."""
    if "report" in result:
        from pokerws.fair_play import report  # noqa: PLC0415  only an audit needs it

        yield from map(_plain, report.lines_of(msgspec.convert(result["report"], report.Report)))
        return
    if "text" in result:
        waits = "" if result.get("stored", True) else " (not stored yet: the database is away)"
        until = result.get("until_ms")
        ends = f", until {_shown('until_ms', until)}" if until is not None else ""
        yield f"{_plain(str(result['text']))}{ends}{waits}"
        return
    lists = {name: rows for name, rows in result.items() if _is_list_of_rows(rows)}
    for name, value in result.items():
        if name not in lists and not (isinstance(value, list) and not value):
            yield from _fact(name, value)
    for name, rows in lists.items():
        yield f"{name}:"
        yield from _table([row for row in _items(rows) if isinstance(row, dict)])


def _is_list_of_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _fact(name: str, value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner, one in value.items():
            yield from _fact(f"{name}.{inner}" if name != "row" else str(inner), one)
    else:
        yield f"{name}: {_shown(name, value)}"


def _table(rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [columns, *([_shown(name, row.get(name)) for name in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for line in cells:
        yield "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()


def _shown(name: str, value: object) -> str:
    if value is None:
        return "-"
    if name in _MOMENTS and isinstance(value, int) and value > 10**11:
        return f"{datetime.fromtimestamp(value / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_shown("", one) for one in value) or "-"
    text = _plain(str(value)) or "-"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(text: str) -> str:
    """A text without what could control a terminal."""
    return "".join(one if one.isprintable() else "?" for one in text)
