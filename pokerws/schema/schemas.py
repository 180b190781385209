"""The JSON Schemas (2020-12) of all messages, generated from the structs.

Schemas of client messages allow no additional fields.  Those of server messages do, because a newer
server may send more.  So a client may validate messages by them and still follow the growth rule.
"""

import re
from collections import deque
from inspect import cleandoc
from typing import Any, get_args

import msgspec
from msgspec import inspect

from pokerws.game.events import TableEvent
from pokerws.messages import PROTOCOL, ClientMessage, Message, ServerMessage
from pokerws.schema.meanings import meaning_of

Schema = dict[str, Any]

CLIENT_MESSAGES: tuple[type[Message], ...] = get_args(ClientMessage)
SERVER_MESSAGES: tuple[type[Message], ...] = get_args(ServerMessage)
EVENTS: tuple[type[msgspec.Struct], ...] = get_args(TableEvent)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ROOT_ID = f"urn:pokerws:v{PROTOCOL}"
# The prefix of references in the schemas of msgspec, which are rewritten later.
_PLACE = "#/$defs/"


def document() -> Schema:
    """All schemas in one document: messages, events and their parts, each with its own `$id`.

    The document as a whole accepts any message of either side.
    """
    defs = {
        name: {"$id": f"{ROOT_ID}:{name}", **_referring(schema, f"{ROOT_ID}:")}
        for name, schema in components().items()
    }
    for name, messages in (("ClientMessage", CLIENT_MESSAGES), ("ServerMessage", SERVER_MESSAGES)):
        either = [{"$ref": f"{ROOT_ID}:{message.__name__}"} for message in messages]
        defs[name] = {"$id": f"{ROOT_ID}:{name}", "title": name, "anyOf": either}
    return {
        "$schema": DIALECT,
        "$id": ROOT_ID,
        "title": f"Poker protocol v{PROTOCOL}",
        "description": "Every message on the socket, in JSON; MessagePack has the same fields.",
        "anyOf": [{"$ref": defs["ClientMessage"]["$id"]}, {"$ref": defs["ServerMessage"]["$id"]}],
        "$defs": defs,
    }


def components(place: str = _PLACE) -> dict[str, Schema]:
    """The schema of each message, event and part, by the name of its struct.

    `place` is the prefix of the references between them.
    """
    _, found = msgspec.json.schema_components(
        (*CLIENT_MESSAGES, *SERVER_MESSAGES), ref_template=_PLACE + "{name}"
    )
    polished = {name: _polished(name, schema) for name, schema in found.items()}
    closed = {message.__name__ for message in CLIENT_MESSAGES}
    for name in closed:
        polished[name] = _closed(polished[name], polished)
    return {name: _referring(schema, place) for name, schema in sorted(polished.items())}


def struct_types() -> list[inspect.StructType]:
    """The messages and all their parts, messages first.  No two may have the same name."""
    found: dict[type[msgspec.Struct], inspect.StructType] = {}
    waiting = deque(inspect.type_info(message) for message in (*CLIENT_MESSAGES, *SERVER_MESSAGES))
    while waiting:
        kind = waiting.popleft()
        match kind:
            case inspect.StructType(cls=cls, fields=fields) if cls not in found:
                found[cls] = kind
                waiting += [field.type for field in fields]
            case inspect.UnionType(types=types):
                waiting += types
            case (
                inspect.ListType(item_type=part)
                | inspect.VarTupleType(item_type=part)
                | inspect.DictType(value_type=part)
            ):
                waiting.append(part)
            case _:
                pass  # Other types have no parts.
    names = {cls.__name__ for cls in found}
    if len(names) != len(found):
        raise ValueError("two structs have the same name, so their descriptions would clash")
    return list(found.values())


def tag_of(struct: type[msgspec.Struct]) -> str:
    """The `type` that a message or an event has on the wire."""
    return str(struct.__struct_config__.tag)


def _polished(name: str, schema: Schema) -> Schema:
    """Add titles, descriptions and the meanings of fields; allow additional fields."""
    schema = {key: value for key, value in schema.items() if key != "additionalProperties"}
    schema["title"] = name
    if "description" in schema:
        schema["description"] = plain(schema["description"])
    fields: Schema = {}
    for field, what in schema.get("properties", {}).items():
        meaning = meaning_of(name, field)
        fields[field] = _simple(what) | ({"description": meaning} if meaning else {})
    return {**schema, "properties": fields, "required": schema.get("required", [])}


def _closed(schema: Schema, known: dict[str, Schema]) -> Schema:
    """Forbid additional fields, in the message and in its parts."""
    fields = {field: _closed_part(what, known) for field, what in schema["properties"].items()}
    return {**schema, "properties": fields, "additionalProperties": False}


def _closed_part(what: Schema, known: dict[str, Schema]) -> Schema:
    """The same for the schema of a field, which may be a part or have a choice of them."""
    if "anyOf" in what:
        return {**what, "anyOf": [_closed_part(one, known) for one in what["anyOf"]]}
    if "$ref" not in what:
        return what
    part = known[what["$ref"].removeprefix(_PLACE)]
    return {**_closed(part, known), "description": what.get("description", part["title"])}


def _simple(schema: Any) -> Any:
    """Remove OpenAPI's discriminators, and write an enum of one value as a constant."""
    if isinstance(schema, list | tuple):
        return [_simple(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    simple = {key: _simple(value) for key, value in schema.items() if key != "discriminator"}
    if len(simple.get("enum", ())) == 1:
        (simple["const"],) = simple.pop("enum")
    return simple


def _referring(schema: Any, place: str) -> Any:
    """The schema, with its references changed to begin with `place`."""
    if isinstance(schema, list):
        return [_referring(one, place) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: place + value.removeprefix(_PLACE) if key == "$ref" else _referring(value, place)
        for key, value in schema.items()
    }


def plain(docstring: str) -> str:
    """A docstring as text for a document: one line per paragraph, and `null` for `None`."""
    paragraphs = re.sub(r"\bNone\b", "null", cleandoc(docstring)).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def summary_of(struct: type[msgspec.Struct]) -> str:
    """The first sentence of a struct's docstring, without its full stop."""
    text = plain(struct.__doc__ or "").partition("\n\n")[0]
    return text.partition(". ")[0].rstrip(".")
