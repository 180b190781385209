"""The registry of log lines has every log call of the code, as it is, and no other."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from pokerws.logs.events import EVENTS, SECTIONS, LogEvent
from pokerws.logs.events.fields import COMMON, FIELDS
from pokerws.logs.events.page import page
from pokerws.logs.limits import LIMITS
from pokerws.logs.secrets import SECRET_NAMES
from tests.house.log_calls import LogCall, log_calls, sources

ROOT = Path(__file__).resolve().parents[2]


def faults(calls: Iterable[LogCall], known: Mapping[str, LogEvent]) -> Iterator[str]:
    """Where calls and registry differ."""
    by_name = defaultdict[str, list[LogCall]](list)
    for call in calls:
        by_name[call.event].append(call)
    yield from (f"nothing logs {name}" for name in known.keys() - by_name.keys())
    for name, all_calls in by_name.items():
        event = known.get(name)
        if event is None:
            yield f"{all_calls[0].place}: {name} is not in the registry"
            continue
        for call in all_calls:
            if unknown := call.levels - set(event.levels.split()):
                yield f"{call.place}: {name} at {', '.join(unknown)}"
        levels = frozenset[str]().union(*(call.levels for call in all_calls))
        is_chosen = any(not call.levels for call in all_calls)
        if not is_chosen and (never := set(event.levels.split()) - levels):
            yield f"{name} is never at {', '.join(never)}"
        for what, written, found in (
            ("fields", event.fields, fields_of(all_calls)),
            ("room", event.room, {room_of(call.place) for call in all_calls}),
            ("logger", event.logger, {call.logger.removeprefix("pokerws.") for call in all_calls}),
        ):
            if set(written.split()) != found:
                yield f"{name}: {what} {' '.join(sorted(found))!r}, the registry has {written!r}"


def fields_of(calls: list[LogCall]) -> set[str]:
    """The fields of all calls of an event; with `?` if a line may be without."""
    always = frozenset.intersection(*(call.fields for call in calls))
    some = frozenset[str]().union(*(call.fields | call.may_have for call in calls)) - always
    return {*always, *(f"{field}?" for field in some)} - {"suppressed?"}


def room_of(place: str) -> str:
    """The room of the code, with its part for the server: see `test_rooms`."""
    _, room, *rest = place.partition(":")[0].removesuffix(".py").split("/")
    return f"server.{rest[0]}" if room == "server" and len(rest) > 1 else room


def test_every_log_call_is_in_the_registry_and_every_entry_is_logged() -> None:
    assert list(faults(log_calls(sources()), EVENTS)) == []


KNOWN = {
    "disk_full": LogEvent(
        name="disk_full",
        levels="error",
        room="storage",
        logger="disk",
        fields="free_bytes path?",
        meaning="no space is left",
    )
}
HEAD = 'log = structlog.get_logger("pokerws.disk")\ndef f(**more):\n    '


def found(body: str) -> list[str]:
    module = {"pokerws/storage/disk.py": ast.parse(HEAD + body)}
    return list(faults(log_calls(module), KNOWN))


RIGHT = """log.error("disk_full", free_bytes=1)
    log.exception("disk_full", free_bytes=1, path="")"""


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("pass", "nothing logs disk_full"),
        (f"{RIGHT}\n    log.info('all_well')", "all_well is not in the registry"),
        (f"{RIGHT}\n    log.info('disk_full', free_bytes=1)", "disk_full at info"),
        (f"{RIGHT}\n    log.error('disk_full', free_bytes=1, used=1)", "used?"),
        (f"{RIGHT}\n    log.error('disk_full')", "free_bytes?"),
        ("log.error('disk_full', free_bytes=1, path='')", "the registry has 'free_bytes path?'"),
        (f"{RIGHT}\n    d = {{'x': 1}}\n    d['y'] = 1\n    log.error('disk_full', **d)", "x? y?"),
        ("log.log(logging.WARNING, 'disk_full', free_bytes=1)", "disk_full at warning"),
    ],
)
def test_a_call_that_differs_is_found(body: str, fault: str) -> None:
    assert found(RIGHT) == []
    assert any(fault in one for one in found(body))


@pytest.mark.parametrize(
    "call", ["log.error(name)", "log.error(f'{more}_full')", "log.log(level, name)", "log.info()"]
)
def test_a_name_that_is_no_constant_is_found(call: str) -> None:
    with pytest.raises(ValueError, match="no constant name"):
        found(call)


def test_fields_that_cannot_be_read_are_found() -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        found("log.error('disk_full', **read())")


def test_no_logger_is_used_in_another_way_than_the_checker_knows() -> None:
    """A logger under another name, or a method that is passed on, would not be seen."""
    for path, module in sources().items():
        if "structlog.get_logger" not in (ROOT / path).read_text(encoding="utf-8"):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and "get_logger" in ast.unparse(node.value):
                assert ast.unparse(node.targets[0]) == "log", path
        called = {
            id(node.func.value)
            for node in ast.walk(module)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        for node in ast.walk(module):
            if isinstance(node, ast.Name) and node.id == "log" and isinstance(node.ctx, ast.Load):
                assert id(node) in called, f"{path}:{node.lineno}"


def test_the_document_is_as_the_registry_has_it() -> None:
    assert page() == (ROOT / "docs/logs.md").read_text(encoding="utf-8"), "run: make docs"


def test_entries_are_in_order_and_say_what_to_do() -> None:
    for section in SECTIONS:
        names = [event.name for event in section.events]
        assert names == sorted(names), section.title
    assert len(EVENTS) == sum(len(section.events) for section in SECTIONS)
    for event in EVENTS.values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", event.name)
        assert event.meaning
        assert event.action
        assert "|" not in event.meaning + event.action


def test_fields_and_limits_that_are_explained_exist() -> None:
    fields = {name.rstrip("?") for event in EVENTS.values() for name in event.fields.split()}
    assert FIELDS.keys() - fields == set()
    assert LIMITS.keys() - EVENTS.keys() == set()
    assert fields & COMMON.keys() == set()


def test_no_field_has_a_name_that_is_refused() -> None:
    fields = {name.rstrip("?") for event in EVENTS.values() for name in event.fields.split()}
    assert {one for one in fields if one.rpartition("_")[2] in SECRET_NAMES} == set()


def test_a_server_does_not_import_the_registry() -> None:
    script = "import sys, pokerws.cli; print([m for m in sys.modules if 'logs.events' in m])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
