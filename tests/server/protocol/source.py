"""The source of the server, parsed: functions, classes, and what runs for a command."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

from pokerws.messages import ClientMessage

ROOT = Path(__file__).parents[3]
READ = ("game", "server", "messages", "storage")
COMMANDS = {kind.__name__ for kind in get_args(ClientMessage)}

Defined = ast.FunctionDef | ast.AsyncFunctionDef


class Function(NamedTuple):
    """A function, or a method of the class `owner`."""

    module: str
    owner: str
    name: str


class Source:
    """All functions and classes, and the names that each module imports.

    The id of a class is its module and its name.
    """

    def __init__(self) -> None:
        self.code: dict[Function, Defined] = {}
        self.classes: dict[str, tuple[str, ast.ClassDef]] = {}
        # Types that have a name of their own.
        self.aliases: dict[tuple[str, str], ast.expr] = {}
        self._names: dict[str, dict[str, tuple[str, str]]] = {}
        for room in READ:
            for path in sorted((ROOT / "pokerws" / room).rglob("*.py")):
                parts = path.relative_to(ROOT).with_suffix("").parts
                module = ".".join(parts).removesuffix(".__init__")
                self._read(module, ast.parse(path.read_text(encoding="utf-8")))

    def _read(self, module: str, tree: ast.Module) -> None:
        names = self._names[module] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {one.asname or one.name: (node.module, one.name) for one in node.names}
        for node in tree.body:
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    self.code[Function(module, "", name)] = node
                case ast.ClassDef(name=name, body=body):
                    self.classes[f"{module}:{name}"] = module, node
                    parts = [part for part in body if isinstance(part, Defined)]
                    self.code |= {Function(module, name, part.name): part for part in parts}
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.aliases[module, name] = value
                case _:
                    continue
            names[name] = module, name

    def named(self, module: str, name: str) -> tuple[str, str]:
        """Where a name that a module uses is defined."""
        while (found := self._names.get(module, {}).get(name, (module, name))) != (module, name):
            module, name = found
        return found


@cache
def source() -> Source:
    """What is read, once."""
    return Source()


def live(body: list[ast.stmt], command: str) -> Iterator[ast.AST]:
    """The parts of a function that run for a command."""
    for statement in body:
        match statement:
            case ast.Match(subject=subject, cases=cases) if any(
                _classes(case) & COMMANDS for case in cases
            ):
                yield subject
                mine = [case for case in cases if command in _classes(case)]
                for case in mine or [case for case in cases if not _classes(case)]:
                    yield from live(case.body, command)
            case ast.If(test=test, body=inner, orelse=other):
                known = _is_true(test, command)
                yield test
                if known is not False:
                    yield from live(inner, command)
                if known is not True:
                    yield from live(other, command)
                elif isinstance(inner[-1], ast.Return):
                    return
            case ast.Try(body=inner, handlers=handlers, orelse=other, finalbody=last):
                if not any(_swallows(handler) for handler in handlers):
                    yield from live(inner, command)
                for handler in handlers:
                    yield from live(handler.body, command)
                yield from live([*other, *last], command)
            case _:
                yield from _parts(statement, command)


def _parts(statement: ast.stmt, command: str) -> Iterator[ast.AST]:
    """A statement; of a loop or `with` its head, and what runs in its body."""
    if not hasattr(statement, "body") or isinstance(statement, Defined):
        yield statement
        return
    for name, part in ast.iter_fields(statement):
        if name in ("body", "orelse"):
            yield from live(part, command)
        elif isinstance(part, list):
            yield from (one for one in part if isinstance(one, ast.AST))
        elif isinstance(part, ast.AST):
            yield part


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether refusals end in an `except`: it does not look at them, and raises nothing."""
    caught = handler.type is not None and ast.unparse(handler.type) == "Illegal"
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    return caught and handler.name is None and not raises


def _classes(case: ast.match_case) -> set[str]:
    return {
        node.cls.attr if isinstance(node.cls, ast.Attribute) else ast.unparse(node.cls)
        for node in ast.walk(case.pattern)
        if isinstance(node, ast.MatchClass)
    }


def _is_true(test: ast.expr, command: str) -> bool | None:
    """Whether a test of the command's class holds; None if it depends on more."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[_, ast.Name(id=kind)]) if (
            kind in COMMANDS
        ):
            return kind == command
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="type")),
            ops=[ast.Is()],
            comparators=[ast.Name(id=kind)],
        ) if kind in COMMANDS:
            return kind == command
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            known = _is_true(inner, command)
            return None if known is None else not known
        case ast.BoolOp(op=ast.Or(), values=values):
            return True if any(_is_true(one, command) for one in values) else None
        case ast.BoolOp(op=ast.And(), values=values):
            return False if any(_is_true(one, command) is False for one in values) else None
        case _:
            return None
