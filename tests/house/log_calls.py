"""Finds the log calls of source text: event, levels and fields of each, by its syntax alone.

What cannot be read from the source is left out of `levels`, and raises ValueError in fields.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {
    "debug": "debug",
    "info": "info",
    "warning": "warning",
    "error": "error",
    "exception": "error",
}
OPTIONS = frozenset({"exc_info"})


@dataclass(frozen=True)
class LogCall:
    """A call, with the fields that it always has, and those that it may have."""

    place: str
    logger: str
    event: str
    levels: frozenset[str]
    fields: frozenset[str]
    may_have: frozenset[str] = field(default_factory=frozenset)


@cache
def sources() -> dict[str, ast.Module]:
    """The server's modules, by path."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "pokerws").rglob("*.py"))
    }


def log_calls(modules: Mapping[str, ast.Module]) -> Iterator[LogCall]:
    """All log calls of these modules."""
    for path, module in modules.items():
        yield from _Module(path, module, modules).calls()


def is_logger(value: ast.expr) -> bool:
    """Whether this is a logger: `log`, or `_log` of an object that is bound from it."""
    match value:
        case ast.Name("log") | ast.Attribute(value=ast.Name("self"), attr="_log"):
            return True
        case _:
            return False


class _Module:
    def __init__(self, path: str, module: ast.Module, modules: Mapping[str, ast.Module]) -> None:
        self._path, self._module, self._modules = path, module, modules

    @cached_property
    def _bound(self) -> frozenset[str]:
        """What the logger of an object, `self._log`, has in all its lines."""
        return frozenset(
            keyword.arg
            for node in ast.walk(self._module)
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "log.bind"
            for keyword in node.keywords
            if keyword.arg
        )

    @cached_property
    def _logger(self) -> str:
        for node in ast.walk(self._module):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="get_logger"), args=[ast.Constant(value=str(name))]
                ):
                    return name
                case _:
                    pass
        return ""

    def calls(self) -> Iterator[LogCall]:
        for function in ast.walk(self._module):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in _own_nodes(function):
                    if isinstance(node, ast.Call) and (call := self._call(node, function)):
                        yield call

    def _call(
        self, node: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> LogCall | None:
        if not isinstance(node.func, ast.Attribute) or not is_logger(node.func.value):
            return None
        method, arguments = node.func.attr, node.args
        if method == "log":
            levels, arguments = frozenset(_levels(arguments[0])), arguments[1:]
        elif method in LEVELS and self._logger:
            levels = frozenset({LEVELS[method]})
        else:
            return None
        match arguments:
            case [ast.Constant(value=str(event))]:
                pass
            case _:
                raise ValueError(f"{self._path}:{node.lineno}: no constant name of an event")
        fields = {one.arg for one in node.keywords if one.arg} - OPTIONS
        if ast.unparse(node.func.value) == "self._log":
            fields |= self._bound
        may_have = set[str]()
        for one in node.keywords:
            if one.arg is None:
                always, sometimes = self._spread(one.value, function)
                fields |= always
                may_have |= sometimes
        place = f"{self._path}:{node.lineno}"
        return LogCall(
            place, self._logger, event, levels, frozenset(fields), frozenset(may_have - fields)
        )

    def _spread(
        self, value: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> tuple[set[str], set[str]]:
        """The fields of `**value`: those that are always there, and the others."""
        match value:
            case ast.Name(name) if function.args.kwarg and function.args.kwarg.arg == name:
                return set(), set(self._passed_to(function))
            case ast.Name(name):
                return _assigned(name, function)
            case ast.Attribute(attr=name):
                # A property that returns a dict.
                for other in ast.walk(self._module):
                    if isinstance(other, ast.FunctionDef) and other.name == name:
                        for node in ast.walk(other):
                            if isinstance(node, ast.Return) and isinstance(node.value, ast.Dict):
                                return _keys(node.value), set()
            case _:
                pass
        raise ValueError(f"{self._path}:{value.lineno}: fields that cannot be read")

    def _passed_to(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
        """What callers pass to a function's `**fields`."""
        own = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]}
        for path, module in self._modules.items():
            there = _Module(path, module, self._modules) if module is not self._module else self
            for node in ast.walk(module):
                match node:
                    case ast.Call(func=ast.Attribute(attr=name, value=ast.expr() as on)) if (
                        name == function.name and is_logger(on)
                    ):
                        for one in node.keywords:
                            if one.arg is None:
                                yield from there._spread(one.value, function)[0]
                            elif one.arg not in own:
                                yield one.arg
                    case _:
                        pass


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside of it."""
    for node in ast.iter_child_nodes(function):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own_nodes(node)


def _levels(level: ast.expr) -> Iterator[str]:
    match level:
        case ast.Attribute(value=ast.Name("logging"), attr=name):
            yield name.lower()
        case ast.IfExp(body=one, orelse=other):
            yield from _levels(one)
            yield from _levels(other)
        case _:
            pass


def _keys(literal: ast.Dict) -> set[str]:
    """The keys of a dict, which are constants; what is spread within it has to be a log limit's."""
    return {str(ast.literal_eval(key)) for key in literal.keys if key is not None}


def _assigned(name: str, function: ast.AST) -> tuple[set[str], set[str]]:
    """The keys of a local dict: of its first literal, and those that are added later."""
    first: set[str] | None = None
    later = set[str]()
    for node in ast.walk(function):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=value)
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value)
                | ast.NamedExpr(target=ast.Name(id=target), value=value)
            ) if target == name:
                dicts = [one for one in ast.walk(value) if isinstance(one, ast.Dict)]
                if isinstance(value, ast.Dict):
                    first = _keys(value)
                elif dicts or ast.unparse(value).startswith("self._repeats.take("):
                    first = first or set()
                    later |= {key for one in dicts for key in _keys(one)} or {"suppressed"}
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=target), slice=key)]) if (
                target == name
            ):
                later.add(str(ast.literal_eval(key)))
            case ast.AugAssign(target=ast.Name(id=target), value=ast.Dict() as value) if (
                target == name
            ):
                later |= _keys(value)
            case _:
                pass
    if first is None:
        raise ValueError(f"{name}: fields that cannot be read")
    return first, later
