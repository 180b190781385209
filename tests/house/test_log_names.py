"""The names of log lines are stable facts: constants in snake_case."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "log"})


def faults(source: str) -> Iterator[str]:
    """The calls of a logger whose line has no such name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value, level)) if level in LEVELS and is_log(value):
                # The level is the first argument of `log`.
                if not is_name(node.args[1 if level == "log" else 0]):
                    yield ast.unparse(node)
            case _:
                pass


def is_log(value: ast.expr) -> bool:
    """Whether this is a logger: `log`, or `_log` of an object."""
    return ast.unparse(value) in {"log", "self._log"}


def is_name(argument: ast.expr) -> bool:
    """Whether this is a constant in snake_case."""
    match argument:
        case ast.Constant(value=str(name)):
            return re.fullmatch(r"[a-z]+(_[a-z]+)*", name) is not None
        case _:
            return False


def test_every_log_line_has_a_name_in_snake_case() -> None:
    files = list((ROOT / "pokerws").rglob("*.py"))
    assert files
    assert [call for path in files for call in faults(path.read_text(encoding="utf-8"))] == []


def test_another_name_is_found_out() -> None:
    assert len(list(faults("log.info('Server started')"))) == 1
    assert len(list(faults("self._log.error(f'{table} failed')"))) == 1
    assert len(list(faults("log.log(level, name)"))) == 1
    assert list(faults("log.log(level, 'save_game')\nlog.info('save_game')")) == []
