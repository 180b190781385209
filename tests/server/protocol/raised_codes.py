"""Which refusals the code can raise for each command, read from the source.

A handler's calls are followed from function to function: plain calls by the imports, and calls of
methods by the classes that the annotations name, which are complete, since mypy is strict.  What
is called on a value of unknown type may be any method of that name.  Branches for other commands
(`match`, `isinstance`) are left out.  Calls of a function that is held in an attribute are not
followed.
"""

import ast
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from pokerws.messages import REJECT_CODES, ClientMessage
from pokerws.server.sessions.handlers import HANDLERS
from tests.server.protocol.source import COMMANDS, Defined, Function, live, source

RAISING = {"Refused", "Illegal", "reject", "_refused"}
# Calls of these are not followed: what they raise is no answer to the command.
STOPS = {
    ("pokerws.server.sessions.session", "answer"),  # Sends.
    ("pokerws.server.sessions.session", "send"),
    ("pokerws.server.isolation", "attempt"),  # Ends the one of many that fails.
    ("pokerws.server.isolation", "each"),
    ("pokerws.server.tables.actor", "fail"),  # A bug: the table is loaded again.
    ("pokerws.server.tables.lobby.catching_up", "begin"),  # A task of its own.
    ("pokerws.server.tables.lobby.outage_pause", "check"),  # Commands of the server itself.
    ("pokerws.server.tables.actor", "carry_out"),
    ("pokerws.server.tables.actor", "written"),
    ("pokerws.server.tables.lobby.seating.chip_bringer", "_bring"),  # A task of its own.
    # Finds out which pre-actions are legal, and drops the others.
    ("pokerws.server.tables.actors.pre_actions", "follow"),
}
# Annotations that stand for what is inside of them.
WRAPPERS = {"AsyncIterator", "Iterator", "AbstractAsyncContextManager"}

# The ids of classes that a value may have; None if that cannot be read.
Kinds = frozenset[str] | None
NOTHING: frozenset[str] = frozenset()


class Raised(NamedTuple):
    """A code, and the function that refuses with it."""

    code: str
    by: Function


def codes_of(message: type[ClientMessage]) -> set[Raised]:
    """The refusals that the handler of a command can reach."""
    handler = HANDLERS[message]
    start = Function(handler.__module__, "", handler.__name__)
    seen, waiting, found = {start}, [start], set()
    while waiting:
        function = waiting.pop()
        for call in _calls(function, message.__name__ if _depends(function) else ""):
            found |= {Raised(code, function) for code in _codes_in(call)}
            new = [one for one in callees(function, call) if one not in seen]
            seen.update(new)
            waiting += [one for one in new if (one.module, one.name) not in STOPS]
    return found


@cache
def _calls(function: Function, command: str) -> tuple[ast.Call, ...]:
    parts = live(source().code[function].body, command)
    return tuple(node for part in parts for node in ast.walk(part) if isinstance(node, ast.Call))


@cache
def _depends(function: Function) -> bool:
    """Whether a function names commands, so that it may do something else for each of them."""
    every = ast.walk(source().code[function])
    return any(getattr(node, "id", getattr(node, "attr", "")) in COMMANDS for node in every)


@cache
def _codes_in(call: ast.Call) -> set[str]:
    """The codes that a call refuses with."""
    if not isinstance(call.func, ast.Name) or call.func.id not in RAISING:
        return set()
    inside = (node for argument in call.args[:2] for node in ast.walk(argument))
    values = {node.value for node in inside if isinstance(node, ast.Constant)}
    return {str(value) for value in values if value in REJECT_CODES}


@cache
def callees(function: Function, call: ast.Call) -> list[Function]:
    """The functions that a call may run."""
    found = source()
    match call.func:
        case ast.Name(id=name):
            module, name = found.named(function.module, name)
            if f"{module}:{name}" in found.classes:
                kind = f"{module}:{name}"
                # An answer that is held may be refused later.
                return [*methods(kind, "__init__"), *methods(kind, "refuse")]
            plain = Function(module, "", name)
            return [plain] if plain in found.code else []
        case ast.Attribute(value=value, attr=name):
            owners = kinds_of(function, value, variables(function))
            if owners is None:
                return [one for one in found.code if one.name == name and one.owner]
            return [one for owner in sorted(owners) for one in methods(owner, name)]
        case _:
            return []


# ---- classes


def methods(owner: str, name: str) -> list[Function]:
    """The methods of that name of a class; of all classes that implement it, for a protocol."""
    if owner not in source().classes:
        return []
    module, node = source().classes[owner]
    if _is_protocol(node):
        return [one for kind in implementers(owner) for one in methods(kind, name)]
    own = Function(module, node.name, name)
    if own in source().code:
        return [own]
    return [one for base in _bases(owner) for one in methods(base, name)]


def _bases(owner: str) -> list[str]:
    module, node = source().classes[owner]
    names = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return [":".join(source().named(module, name)) for name in names]


def _is_protocol(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)


@cache
def implementers(protocol: str) -> tuple[str, ...]:
    """The classes that have all methods of a protocol, with the same arguments."""
    needed, every = _methods_of(protocol), source().classes.items()
    return tuple(
        owner
        for owner, (_, node) in every
        if not _is_protocol(node) and needed <= _methods_of(owner)
    )


@cache
def _methods_of(owner: str) -> frozenset[tuple[str, ...]]:
    """The names of a class's methods and of their arguments, inherited ones too; no properties."""
    if owner not in source().classes:
        return frozenset()
    own = {
        (part.name, *(one.arg for one in (*part.args.posonlyargs, *part.args.args)))
        for part in source().classes[owner][1].body
        if isinstance(part, Defined) and not part.decorator_list
    }
    return frozenset(own).union(*map(_methods_of, _bases(owner)))


# ---- types


@cache
def variables(function: Function) -> dict[str, Kinds]:
    """The types of a function's arguments and local names."""
    code = source().code[function]
    names = (node for node in ast.walk(code) if isinstance(node, ast.Name))
    found: dict[str, Kinds] = {node.id: None for node in names if isinstance(node.ctx, ast.Store)}
    every = (*code.args.posonlyargs, *code.args.args, *code.args.kwonlyargs)
    for argument in every:
        found[argument.arg] = annotated(function.module, argument.annotation)
    if function.owner and every:
        found[every[0].arg] = frozenset({f"{function.module}:{function.owner}"})
    for node in ast.walk(code):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found[name] = _either(found[name], kinds_of(function, value, found))
            case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Tuple(elts=values)):
                for part, value in zip(parts, values, strict=True):
                    if isinstance(part, ast.Name):
                        found[part.id] = kinds_of(function, value, found)
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                found[name] = kinds_of(function, value, found)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=written):
                found[name] = annotated(function.module, written)
            case _:
                pass
    return found


def annotated(module: str, node: ast.expr | None) -> Kinds:
    """The classes that an annotation names; None without one."""
    match node:
        case None:
            return None
        case ast.Constant(value=str(text)):
            return annotated(module, ast.parse(text, mode="eval").body)
        case ast.BinOp(left=left, right=right):
            return _all_of([annotated(module, left), annotated(module, right)])
        case ast.Subscript(value=ast.Name(id=outer), slice=inner) if outer in WRAPPERS:
            return annotated(module, inner)
        case ast.Name(id=name):
            where = source().named(module, name)
            if ":".join(where) in source().classes:
                return frozenset({":".join(where)})
            alias = source().aliases.get(where)
            return NOTHING if alias is None else annotated(where[0], alias)
        case _:
            return NOTHING


def kinds_of(function: Function, value: ast.expr, names: dict[str, Kinds]) -> Kinds:
    """The classes that a value may have."""
    match value:
        case ast.Name(id=name):
            # A name of the module is another module, a constant or a logger: nothing to follow.
            return names.get(name, NOTHING)
        case ast.Await(value=inner):
            return kinds_of(function, inner, names)
        case ast.Attribute(value=inner, attr=name):
            owners = kinds_of(function, inner, names)
            return None if owners is None else _all_of(attribute(one, name) for one in owners)
        case ast.Call(func=ast.Name(id=name)):
            where = source().named(function.module, name)
            if ":".join(where) in source().classes:
                return frozenset({":".join(where)})
            called = source().code.get(Function(where[0], "", where[1]))
            return NOTHING if called is None else annotated(where[0], called.returns)
        case ast.Call(func=ast.Attribute(value=inner, attr=name)):
            owners = kinds_of(function, inner, names)
            called_on = [one for owner in sorted(owners or ()) for one in methods(owner, name)]
            made = [annotated(one.module, source().code[one].returns) for one in called_on]
            return None if owners is None else _all_of(made)
        case ast.BoolOp(values=parts):
            return _all_of(kinds_of(function, part, names) for part in parts)
        case ast.IfExp(body=one, orelse=other):
            return _all_of(kinds_of(function, part, names) for part in (one, other))
        case ast.Constant() | ast.Dict() | ast.List() | ast.JoinedStr() | ast.ListComp():
            return NOTHING
        case _:
            return None


@cache
def attribute(owner: str, name: str) -> Kinds:
    """The type of a class's attribute or property."""
    module, node = source().classes[owner]
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and getattr(part.target, "id", "") == name:
            return annotated(module, part.annotation)
    own = Function(module, node.name, name)
    if own in source().code:
        return annotated(module, source().code[own].returns)
    init = Function(module, node.name, "__init__")
    if init in source().code:
        for inner in ast.walk(source().code[init]):
            match inner:
                case ast.AnnAssign(target=ast.Attribute(attr=attr), annotation=written):
                    if attr == name:
                        return annotated(module, written)
                case ast.Assign(targets=targets, value=value):
                    if any(isinstance(to, ast.Attribute) and to.attr == name for to in targets):
                        return kinds_of(init, value, variables(init))
                case _:
                    pass
    bases = [base for base in _bases(owner) if base in source().classes]
    return _all_of(attribute(base, name) for base in bases) if bases else None


def _all_of(kinds: Iterable[Kinds]) -> Kinds:
    """The classes of several values; None if one of them cannot be read."""
    found = NOTHING
    for kind in kinds:
        if kind is None:
            return None
        found |= kind
    return found


def _either(one: Kinds, other: Kinds) -> Kinds:
    return other if one is None else one if other is None else one | other
