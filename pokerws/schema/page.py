"""Generates docs/protocol.md: the prose of `protocol.md` beside this file, and the structs."""

import json
import re
import sys
from collections.abc import Iterable
from typing import Any

import msgspec

from pokerws.messages import (
    CATEGORIES,
    CLOSE_CODES,
    NOTICES,
    REJECT_CODES,
    CloseCode,
    Message,
    RejectCode,
)
from pokerws.schema.answers import Answer, answer_to
from pokerws.schema.examples import EXAMPLES, answer_text, sent_text
from pokerws.schema.refused import OF_ALL, OF_FRAMES, codes_of, codes_of_all
from pokerws.schema.schemas import (
    CLIENT_MESSAGES,
    EVENTS,
    SERVER_MESSAGES,
    Schema,
    components,
    plain,
    struct_types,
    tag_of,
)
from pokerws.schema.transcripts import template

WIDTH = 118

# The objects of a table's state, from the largest to the smallest.  All others belong to messages.
STATE = (
    "Table",
    "Seat",
    "Hand",
    "HandSeat",
    "Pot",
    "FixedLimit",
    "Turn",
    "LastHand",
    "Rabbit",
    "Extras",
    "StandUp",
    "Game",
    "TableConfig",
    "LimitStakes",
    "Mix",
    "HouseRules",
    "Rake",
    "SessionLimits",
)

_MARK = re.compile(r"^\{\{(\w+)\}\}$", re.MULTILINE)
_ROW = "| {} | {} | {} |"


def page() -> str:
    """The whole document.  Raises KeyError for an unknown mark in the prose."""
    made = {
        "client_messages": lambda: _sections(CLIENT_MESSAGES, with_answer=True),
        "server_messages": lambda: _sections(SERVER_MESSAGES),
        "events": lambda: _sections(EVENTS),
        "state": lambda: _parts(STATE),
        "parts": lambda: _parts(_other_parts()),
        "refusals": lambda: "\n\n".join(_refusal(code) for code in REJECT_CODES),
        "refusal_table": _refusal_table,
        "refusal_categories": _categories,
        "refusals_of_frames": lambda: _codes(OF_FRAMES),
        "refusals_of_all": lambda: _codes(OF_ALL),
        "close_codes": _close_codes,
        "notices": _notices,
    }
    return _MARK.sub(lambda mark: made[mark[1]](), template())


# ---- messages and their parts


def _sections(kinds: tuple[type[msgspec.Struct], ...], *, with_answer: bool = False) -> str:
    known = components()
    sections = []
    for kind in _as_defined(kinds):
        parts = [f"### `{tag_of(kind)}`", plain(kind.__doc__ or "")]
        table = _fields(kind, known[kind.__name__])
        parts += [table] if table else []
        if issubclass(kind, Message) and with_answer:
            parts += [f"Answer: {_answer(answer_to(kind))}", _refused(kind)]
        sections.append("\n\n".join(parts))
    return "\n\n".join(sections)


def _as_defined(kinds: tuple[type[msgspec.Struct], ...]) -> list[type[msgspec.Struct]]:
    """The structs in the order of their definition, which reads better than the order of a union.

    If they are in several modules, the modules stay in the order of the union.
    """
    modules = dict.fromkeys(kind.__module__ for kind in kinds)
    return [
        kind
        for module in modules
        for kind in vars(sys.modules[module]).values()
        if kind in kinds and kind.__module__ == module
    ]


def _parts(names: tuple[str, ...]) -> str:
    known = components()
    classes = {kind.cls.__name__: kind.cls for kind in struct_types()}
    return "\n\n".join(
        f"### Object {name}\n\n{plain(classes[name].__doc__ or '')}\n\n"
        + _fields(classes[name], known[name])
        for name in names
    )


def _other_parts() -> tuple[str, ...]:
    described = {kind.__name__ for kind in (*CLIENT_MESSAGES, *SERVER_MESSAGES, *EVENTS)}
    return tuple(name for name in components() if name not in described and name not in STATE)


def _fields(struct: type[msgspec.Struct], schema: Schema) -> str:
    """A table of the fields, or an empty text if there are none."""
    described_once = {"id", "type"} if struct in CLIENT_MESSAGES else {"type"}
    may_be_absent = struct.__struct_config__.omit_defaults or struct.__name__ == "TableConfig"
    is_of_table = struct in EVENTS or struct.__name__ in STATE
    rows = [
        _row(
            name,
            what,
            is_optional=may_be_absent and name not in schema["required"],
            is_of_table=is_of_table,
        )
        for name, what in schema["properties"].items()
        if name not in described_once
    ]
    if not rows:
        return ""
    return "\n".join([_ROW.format("field", "type", "meaning"), _ROW.format(*["---"] * 3), *rows])


def _row(name: str, schema: Schema, *, is_optional: bool, is_of_table: bool) -> str:
    meaning = schema.get("description", "")
    if not is_optional:
        return _ROW.format(f"`{name}`", _kind(schema), meaning)
    if schema.get("default"):
        meaning += f"; the default is `{json.dumps(schema['default'])}`"
    kind = _choice([one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"])
    if is_of_table and kind == "integer" and schema.get("default", 0) is None:
        meaning += "; the default is null"
    return _ROW.format(f"`{name}?`", kind, meaning)


def _answer(answer: Answer) -> str:
    fields = f"{{{','.join(answer.fields)}}}" if answer.fields else ""
    fields += f"` or `{tag_of(answer.message)}{{{','.join(answer.several)}}}" * bool(answer.several)
    then = f", then {answer.then}" if answer.then else ""
    return f"`{tag_of(answer.message)}{fields}`{then}."


def _refused(command: type[Message]) -> str:
    """The codes of a command, without those that all commands have."""
    shared = codes_of_all(command)
    own = [code for code in codes_of(command) if code not in shared]
    own += ["forbidden"] if "forbidden" in shared else []
    return f"Refusals: {_codes(own) or 'only those of every command'}."


def _codes(codes: Iterable[RejectCode]) -> str:
    """Codes in the order of the document, with links."""
    wanted = set(codes)
    return ", ".join(f"[`{code}`](#refusal-{code})" for code in REJECT_CODES if code in wanted)


def _kind(schema: dict[str, Any]) -> str:
    """The type of a field, in words."""
    match schema:
        case {"$ref": place}:
            name = place.rpartition("/")[2]
            return _link(name)
        case {"title": name}:
            return _link(name)
        case {"anyOf": choices}:
            return _choice(choices)
        case {"const": value}:
            return f"`{value}`"
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": items}:
            kind = _kind(items)
            kind = f"list of ({kind})" if " or " in kind else f"list of {kind}"
            return kind + _entries(schema.get("minItems"), schema.get("maxItems"))
        case {"type": "object", "additionalProperties": values}:
            return f"object of {_kind(values)}"
        case {"type": "integer"}:
            return "integer" + _bounds(
                schema.get("minimum"), schema.get("maximum", _below(schema)), ""
            )
        case {"type": "string", "pattern": "^[2-9TJQKA][cdhs]$"}:
            return "card"
        case {"type": "string"}:
            ascii_only = " of printable ASCII" if schema.get("pattern") == "^[ -~]*$" else ""
            return (
                "text" + _bounds(schema.get("minLength"), schema.get("maxLength"), " characters")
            ) + ascii_only
        case {"type": kind}:
            return {"boolean": "true or false", "null": "null"}[kind]
        case _:
            raise ValueError(f"no words for {schema}")


def _link(part: str) -> str:
    return f"[{part}](#object-{part.lower()})"


def _choice(choices: list[dict[str, Any]]) -> str:
    if len(choices) == len(EVENTS):
        return "[event](#events-of-a-table)"
    return " or ".join(_kind(choice) for choice in choices)


def _below(schema: dict[str, Any]) -> int | None:
    bound = schema.get("exclusiveMaximum")
    return None if bound is None else bound - 1


def _bounds(low: int | None, high: int | None, unit: str) -> str:
    if high is None:
        return "" if low is None else f", at least {low}{unit}"
    return f", {low or 0} to {high:,}{unit}".replace(",", " ").replace(" ", ",", 1)


def _entries(low: int | None, high: int | None) -> str:
    if high is None:
        return ""
    return f" ({low} to {high} entries)" if low else f" (up to {high} entries)"


# ---- codes


def _refusal_table() -> str:
    rows = [
        f"| [`{code}`](#refusal-{code}) | {reason.meaning} | `{reason.category}` | "
        f"{_yes_or_no(reason.retryable)} |"
        for code, reason in REJECT_CODES.items()
    ]
    head = ["| code | meaning | category | retryable |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows])


def _categories() -> str:
    return "\n".join(f"- `{category}`: {advice}." for category, advice in CATEGORIES.items())


def _refusal(code: RejectCode) -> str:
    reason, example = REJECT_CODES[code], EXAMPLES[code]
    return f"""\
### Refusal `{code}`

{reason.meaning[0].upper()}{reason.meaning[1:]}. Category: `{reason.category}`.
Retryable: {_yes_or_no(reason.retryable)}. Commands: {_commands_with(code)}.

Given {example.given}:

```session
{_wrapped("> ", sent_text(example))}
{_wrapped("< ", answer_text(code, example))}
```"""


def _commands_with(code: RejectCode) -> str:
    """The commands that can be refused with a code."""
    if code in OF_FRAMES:
        return "none; the frame is not a command"
    those = [tag_of(command) for command in CLIENT_MESSAGES if code in codes_of(command)]
    if len(those) == len(CLIENT_MESSAGES):
        return "all"
    if len(those) > len(CLIENT_MESSAGES) // 2:
        others = sorted({tag_of(command) for command in CLIENT_MESSAGES} - set(those))
        return "all but " + ", ".join(f"`{tag}`" for tag in others)
    return ", ".join(f"`{tag}`" for tag in sorted(those))


def _wrapped(mark: str, text: str) -> str:
    """One line of a transcript, wrapped with an indent if it is long."""
    if len(mark + text) <= WIDTH:
        return mark + text
    cut = text.rfind(',"', 0, WIDTH - len(mark)) + 1
    return f"{mark}{text[:cut]}\n{_wrapped('  ', text[cut:])}" if cut else mark + text


def _yes_or_no(is_so: bool) -> str:  # noqa: FBT001  The function's name explains the argument.
    return "yes" if is_so else "no"


def _close_codes() -> str:
    names = {code.value: code.name for code in CloseCode}
    head = [
        "| code | name | meaning | what to do | reconnect |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join(
        [
            *head,
            *(
                f"| {int(code)} | {names.get(code, '')} | {closing.meaning} | {closing.advice} | "
                f"{_yes_or_no(closing.reconnect)} |"
                for code, closing in sorted(CLOSE_CODES.items())
            ),
        ]
    )


def _notices() -> str:
    rows = [f"| `{code}` | {meaning} |" for code, meaning in NOTICES.items()]
    return "\n".join(["| notice | meaning |", "| --- | --- |", *rows])
