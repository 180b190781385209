"""The details of a message that does not decode: the field, and what its type allows.

The decoder's error has the path of the field.  Its bounds are looked up in the message's type.
"""

import re
from functools import cache
from typing import get_args

import msgspec
from msgspec import inspect

from pokerws.messages import ClientMessage, Decoder, Details, RejectCode

_PATH = re.compile(r" - at `\$\.?(.*?)`$")
_NAMED = re.compile(r"(?:missing required|unknown) field `(.*?)`")
_STEPS = re.compile(r"[^.\[\]]+")
# Refusals for a value that the field's type does not allow, though it has the right kind.
_BOUNDED: tuple[RejectCode, ...] = ("out_of_range", "bad_config", "invalid_value")


class _Typed(msgspec.Struct):
    type: str = ""


_type_decoders: dict[bool, Decoder[_Typed]] = {
    True: msgspec.json.Decoder(_Typed),
    False: msgspec.msgpack.Decoder(_Typed),
}
_MESSAGES = {str(one.__struct_config__.tag): one for one in get_args(ClientMessage)}


def details_of(code: RejectCode, error: str, frame: str | bytes) -> Details | None:
    """The details of a refusal with this code, from msgspec's message about the frame."""
    path, named = _PATH.search(error), _NAMED.search(error)
    parts = [found[1] for found in (path, named) if found is not None and found[1]]
    if not parts:
        return None
    field = ".".join(parts)
    kind = _kind_at(frame, field) if code in _BOUNDED else None
    return Details(field=field) if kind is None else _bounds(field, kind)


def _kind_at(frame: str | bytes, field: str) -> inspect.Type | None:
    """The type of a field of the message in a frame; None if there is no such field."""
    try:
        tag = _type_decoders[isinstance(frame, str)].decode(frame).type
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    message = _MESSAGES.get(tag)
    kind = None if message is None else _type_of(message)
    for step in _STEPS.findall(field):
        kind = None if kind is None else _part(kind, step)
    return None if kind is None else _without_null(kind)


@cache
def _type_of(message: type[ClientMessage]) -> inspect.Type:
    return inspect.type_info(message)


def _part(kind: inspect.Type, step: str) -> inspect.Type | None:
    """The type of a struct's field, or of a list's entries."""
    match _without_null(kind):
        case inspect.StructType(fields=fields):
            return next((field.type for field in fields if field.encode_name == step), None)
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            return item
        case _:
            return None


def _without_null(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.Metadata):
        return _without_null(kind.type)
    if not isinstance(kind, inspect.UnionType):
        return kind
    return _without_null(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))


def _bounds(field: str, kind: inspect.Type) -> Details:
    match kind:
        case inspect.IntType(ge=least, gt=above, le=most, lt=below):
            least = above + 1 if least is None and above is not None else least
            most = below - 1 if most is None and below is not None else most
            return Details(field=field, min=least, max=most)
        case (
            inspect.StrType(min_length=least, max_length=most)
            | inspect.ListType(min_length=least, max_length=most)
            | inspect.VarTupleType(min_length=least, max_length=most)
        ):
            return Details(field=field, min=least, max=most)
        case inspect.LiteralType(values=values):
            return Details(field=field, choices=tuple(map(str, values)))
        case _:
            return Details(field=field)
