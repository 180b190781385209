"""Decodes the messages of clients, and maps errors to reject codes."""

import re

import msgspec

from pokerws.game.state import TableId
from pokerws.messages import (
    PRINTABLE,
    ClientMessage,
    Decoder,
    Refused,
    RejectCode,
    Wire,
    is_printable,
)
from pokerws.server.sessions.field_bounds import details_of

# Patterns of msgspec's error messages, and the reject code for each; the first match counts.
ERROR_CODES: tuple[tuple[re.Pattern[str], RejectCode], ...] = (
    (re.compile(r"`\$\.type`|required field `type`"), "unknown_type"),
    (re.compile(r"missing required field"), "missing_field"),
    (re.compile(r"unknown field"), "unknown_field"),
    (re.compile(r"Expected `object`, got `\w+`$"), "not_an_object"),
    (re.compile(r"Invalid enum value|matching regex"), "invalid_value"),
    # The rules refuse with this code, too, what a config may not be.
    (re.compile(r"(?:[<>]= ?|of length|out of range).*`\$\.config"), "bad_config"),
    (re.compile(r"[<>]= ?|of length|out of range"), "out_of_range"),
)
OTHER_ERROR_CODE: RejectCode = "wrong_type"


class _Identified(msgspec.Struct):
    id: str = ""


class _AboutTable(msgspec.Struct):
    table: TableId | None = None


_table_decoders: dict[bool, Decoder[_AboutTable]] = {
    True: msgspec.json.Decoder(_AboutTable),
    False: msgspec.msgpack.Decoder(_AboutTable),
}
_id_decoders: dict[bool, Decoder[_Identified]] = {
    True: msgspec.json.Decoder(_Identified),
    False: msgspec.msgpack.Decoder(_Identified),
}


def decode(wire: Wire, decoder: Decoder[ClientMessage], frame: str | bytes) -> ClientMessage:
    """A client's message.  Raises Refused with the reject code and the detail."""
    if wire.is_text and not isinstance(frame, str):
        raise Refused("not_text")
    if not wire.is_text and isinstance(frame, str):
        raise Refused("not_binary")
    try:
        message = decoder.decode(frame)
    except msgspec.ValidationError as error:
        detail = str(error)
        matching = (code for pattern, code in ERROR_CODES if pattern.search(detail))
        code = next(matching, OTHER_ERROR_CODE)
        raise Refused(code, detail, details_of(code, detail, frame)) from error
    except msgspec.DecodeError as error:
        raise _unreadable(wire, str(error)) from error
    except UnicodeError as error:
        # msgspec raises no error of its own for MessagePack strings that are not UTF-8.
        raise _unreadable(wire, "a text is not UTF-8") from error
    except RecursionError as error:
        raise _unreadable(wire, "nested too deeply") from error
    # `table_of` and `is_printable`, without their calls.
    table = getattr(message, "table", None)
    ids = message.id if table is None else message.id + table
    if not (ids.isascii() and ids.isprintable()):
        field = "table" if is_printable(message.id) else "id"
        # The words that msgspec has for it.
        detail = f"Expected `str` matching regex {PRINTABLE!r} - at `$.{field}`"
        raise Refused("invalid_value", detail, details_of("invalid_value", detail, frame))
    return message


def _unreadable(wire: Wire, detail: str) -> Refused:
    return Refused("not_json" if wire.is_text else "not_msgpack", detail)


def id_of(frame: str | bytes) -> str:
    """The id of a message that is not decoded otherwise; empty if it cannot be read."""
    try:
        return _id_decoders[isinstance(frame, str)].decode(frame).id[:64]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""


def named_table(frame: str | bytes) -> TableId | None:
    """The table of a message that is not decoded otherwise; None if it cannot be read."""
    try:
        return _table_decoders[isinstance(frame, str)].decode(frame).table
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def table_of(message: ClientMessage) -> TableId | None:
    """The table that a message is about, if it is about one."""
    return getattr(message, "table", None)
