"""TypeScript declarations of the messages, for clients in JavaScript, generated from the structs.

They describe messages on the wire.  A field that the server omits when it has its default is
optional, and so is a field of a command that has a default.
"""

import json
from collections.abc import Iterable, Iterator
from textwrap import indent, wrap

import msgspec
from msgspec import inspect

from pokerws.messages import CATEGORIES, PROTOCOL, REJECT_CODES
from pokerws.schema.answers import answer_to
from pokerws.schema.meanings import meaning_of
from pokerws.schema.refused import codes_of
from pokerws.schema.schemas import (
    CLIENT_MESSAGES,
    EVENTS,
    SERVER_MESSAGES,
    plain,
    struct_types,
    tag_of,
)

COMMAND = "python -m pokerws.schema types > pokerws/web/client/messages.d.ts"
WIDTH = 100

HEAD = f"""\
/**
 * The messages of protocol v{PROTOCOL}, generated from the server's structs by
 * `{COMMAND}`.
 *
 * A newer server may send types and fields that are not here.
 */
"""

COMMANDS = """\
/** A command of a type, without the id, which the connection adds. */
export type Command<T extends ClientMessage["type"]> = { type: T } & Omit<
  Extract<ClientMessage, { type: T }>,
  "id" | "type"
>;
"""


def declarations() -> str:
    """The whole file."""
    commands = {message.__name__ for message in CLIENT_MESSAGES}
    interfaces = [
        _interface(struct, is_sent=struct.cls.__name__ in commands) for struct in struct_types()
    ]
    unions = [
        _union("ClientMessage", CLIENT_MESSAGES),
        _union("ServerMessage", SERVER_MESSAGES),
        _union("TableEvent", EVENTS),
    ]
    return "\n".join([HEAD, *interfaces, *unions, COMMANDS, _answers(), *_refusals()])


def _interface(struct: inspect.StructType, *, is_sent: bool) -> str:
    cls = struct.cls
    leaves_out = is_sent or cls.__struct_config__.omit_defaults
    lines = [_comment(plain(cls.__doc__ or "")), f"export interface {cls.__name__} {{"]
    if struct.tag is not None:
        lines.append(f"  {struct.tag_field}: {json.dumps(struct.tag)};")
    for field in struct.fields:
        meaning = meaning_of(cls.__name__, field.encode_name)
        lines += [indent(_comment(meaning), "  ")] if meaning else []
        written = _type(field.type)
        if is_sent and _is_all_optional(field.type):
            written = f"Partial<{written}>"
        if leaves_out and not field.required:
            # The server omits the field instead of sending null.
            written = written if is_sent else written.removesuffix(" | null")
            lines.append(f"  {field.encode_name}?: {written};")
        else:
            lines.append(f"  {field.encode_name}: {written};")
    return "\n".join([*lines, "}", ""])


def _is_all_optional(kind: inspect.Type) -> bool:
    """Whether each field of a part has a default, so that any of them may be omitted."""
    if not isinstance(kind, inspect.StructType):
        return False
    return not any(field.required for field in kind.fields)


def _type(kind: inspect.Type) -> str:
    match kind:
        case inspect.StrType():
            return "string"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.LiteralType(values=values):
            return " | ".join(json.dumps(value) for value in values)
        case inspect.StructType(cls=cls):
            return str(cls.__name__)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            inner = _type(item)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case inspect.DictType(value_type=value):
            return f"Record<string, {_type(value)}>"
        case inspect.UnionType(types=types):
            return _alternatives(types)
        case inspect.Metadata(type=described):
            return _type(described)
        case _:
            raise TypeError(f"no TypeScript declaration for {kind}")


def _alternatives(types: tuple[inspect.Type, ...]) -> str:
    structs = tuple(kind.cls for kind in types if isinstance(kind, inspect.StructType))
    if set(structs) == set(EVENTS):
        return "TableEvent"
    # Null comes last.
    return " | ".join(sorted((_type(kind) for kind in types), key="null".__eq__))


def _union(name: str, members: tuple[type[msgspec.Struct], ...]) -> str:
    lines = [f"export type {name} =", *(f"  | {member.__name__}" for member in members)]
    return "\n".join(lines) + ";\n"


def _answers() -> str:
    """The answer to each successful command, by the command's type."""
    lines = ["/** The answer to each command, by its type; the other answer is `rejected`. */"]
    lines.append("export interface Answers {")
    lines += [
        f"  {tag_of(command)}: {answer_to(command).message.__name__};"
        for command in sorted(CLIENT_MESSAGES, key=tag_of)
    ]
    return "\n".join([*lines, "}", ""])


def _refusals() -> Iterator[str]:
    """The codes, their categories, and the codes of each command."""
    yield _choice(
        "RejectCode", "The code of a refusal; a newer server may have more.", REJECT_CODES
    )
    yield _choice("RejectCategory", "What a client can do about a refusal.", CATEGORIES)
    lines = ["/** The codes that each command can be refused with, by its type. */"]
    lines.append("export interface Refusals {")
    for command in sorted(CLIENT_MESSAGES, key=tag_of):
        lines.append(f"  {tag_of(command)}:")
        lines += [f"    | {json.dumps(code)}" for code in codes_of(command)]
        lines[-1] += ";"
    yield "\n".join([*lines, "}", ""])


def _choice(name: str, meaning: str, values: Iterable[str]) -> str:
    choices = [f"  | {json.dumps(value)}" for value in values]
    return "\n".join([_comment(meaning), f"export type {name} =", *choices]) + ";\n"


def _comment(text: str) -> str:
    if len(text) + len("  /**  */") <= WIDTH and "\n" not in text:
        return f"/** {text} */"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in _wrapped(text)), " */"])


def _wrapped(text: str) -> Iterator[str]:
    for paragraph in text.split("\n"):
        yield from wrap(paragraph, WIDTH - 4) or [""]
