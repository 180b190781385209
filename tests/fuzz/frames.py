"""Frames as a hostile client may send them: valid messages, made from the types, with faults.

The types of the messages are walked, so that a new message or field is sent without a change here,
and a new kind of field makes the walk fail instead of being left out.
"""

from collections.abc import Callable, Mapping
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from pokerws.messages import ClientMessage, Wire


class Raw(NamedTuple):
    """What no plain data can say, as it stands in each wire."""

    json: bytes
    msgpack: bytes


class Pairs(list[tuple[Any, Any]]):
    """An object; a name may be there twice."""


ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "\u202eabc",
    "e\u0301",
    "\U0001f0a1" * 8,
    "\ufeffa",
    "\u200d",
    "\ufdfa" * 20,
    "a" * 65,
    "x" * 3000,
    "1",
    "-0",
    "null",
    "'; --",
    "${a}",
    "../../x",
    "ping",
    "%s%n",
)
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**53,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**64 - 1,
    0.0,
    -0.0,
    1.0,
    0.5,
    1e308,
    "1",
    "1e3",
    [],
    [[]],
    Pairs(),
    Pairs([("", None)]),
    Raw(b"NaN", b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"),
    Raw(b"-Infinity", b"\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"),
    Raw(b"1e999", b"\xca\x7f\x80\x00\x00"),
    Raw(b"1" * 400, b"\xcf" + b"\xff" * 8),
    Raw(b'"' + b"7" * 400 + b'"', b"\xda\x01\x90" + b"7" * 400),
    Raw(b'"\\ud800"', b"\xa3\xed\xa0\x80"),
    Raw(b'"\\udc00\\ud800"', b"\xa2\xff\xfe"),
    Raw(b'"\\u0000"', b"\xa1\x00"),
    Raw(b"[" * 900 + b"]" * 900, b"\x91" * 900 + b"\xc0"),
    Raw(b'{"a":' * 500 + b"1" + b"}" * 500, b"\x81\xa1a" * 500 + b"\xc0"),
    Raw(b"[" + b"0," * 1500 + b"0]", b"\xdc\x05\xdc" + b"\x00" * 1500),
    Raw(b"+1", b"\xd6\xff\x00\x00\x00\x00"),
    Raw(b"01", b"\xc7\x08\x05abcdefgh"),
    Raw(b"'a'", b"\xc4\x03abc"),
    Raw(b"", b"\xc1"),
    Raw(b"/**/1", b"\xdd\xff\xff\xff\xff"),
    Raw(b"tru", b"\xdf\xff\xff\xff\xff"),
)


def json_of(data: Any) -> bytes:
    """Data as JSON."""
    match data:
        case Raw(json=text):
            return text
        case Pairs():
            pairs = (_json_name(name) + b":" + json_of(value) for name, value in data)
            return b"{" + b",".join(pairs) + b"}"
        case list():
            return b"[" + b",".join(map(json_of, data)) + b"]"
        case _:
            return msgspec.json.encode(data)


def _json_name(name: Any) -> bytes:
    return json_of(name) if isinstance(name, str | Raw) else json_of(str(name))


def msgpack_of(data: Any) -> bytes:
    """Data as MessagePack; objects and lists have fewer than 65,536 parts."""
    match data:
        case Raw(msgpack=code):
            return code
        case Pairs():
            parts = (msgpack_of(part) for pair in data for part in pair)
            return b"\xde" + len(data).to_bytes(2, "big") + b"".join(parts)
        case list():
            return b"\xdc" + len(data).to_bytes(2, "big") + b"".join(map(msgpack_of, data))
        case _:
            return msgspec.msgpack.encode(data)


class Frames:
    """Makes frames.  `known` has likely values of some fields, by name, at the time of asking."""

    def __init__(self, rng: Random, known: Mapping[str, Callable[[], Any]] | None = None) -> None:
        self._rng = rng
        self._known = known or {}
        messages = inspect.type_info(ClientMessage)
        assert isinstance(messages, inspect.UnionType)
        self._messages = messages.types

    def frame(self, wire: Wire) -> str | bytes:
        """A frame for a wire: one in four is valid as to its form."""
        message = self._value(self._rng.choice(self._messages), "")
        for _ in range(self._rng.choice((0, 0, 0, 1, 1, 1, 2, 5))):
            self._spoil(message)
        frame = (json_of if wire.is_text else msgpack_of)(message)
        if self._rng.random() < 0.2:
            frame = self._garble(frame)
        # A text frame that is not UTF-8 never gets past the library; as a binary one it does.
        as_text = wire.is_text != (self._rng.random() < 0.01)
        try:
            return frame.decode() if as_text else frame
        except UnicodeDecodeError:
            return frame

    def _value(self, kind: inspect.Type, name: str) -> Any:
        rng = self._rng
        if name in self._known and rng.random() < 0.8:
            return self._known[name]()
        match kind:
            case inspect.StructType(fields=fields, tag=tag):
                pairs = Pairs() if tag is None else Pairs([("type", tag)])
                for field in fields:
                    if field.required or rng.random() < 0.5:
                        pairs.append((field.encode_name, self._value(field.type, field.name)))
                return pairs
            case inspect.UnionType(types=kinds):
                return self._value(rng.choice(kinds), name)
            case inspect.Metadata(type=inner):
                return self._value(inner, name)
            case inspect.IntType(ge=least, gt=above, le=most, lt=below):
                low = least if least is not None else 0 if above is None else above + 1
                high = most if most is not None else 2**53 if below is None else below - 1
                return rng.choice((low, high, rng.randint(low, min(high, low + 10_000))))
            case inspect.StrType(pattern="^[2-9TJQKA][cdhs]$"):
                return rng.choice("23456789TJQKA") + rng.choice("cdhs")
            case inspect.StrType(min_length=least, max_length=most):
                return "".join(rng.choices("abc XYZ_019-", k=rng.randint(least or 0, most or 24)))
            case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
                return [self._value(item, "") for _ in range(rng.randint(0, 3))]
            case inspect.LiteralType(values=values):
                return rng.choice(values)
            case inspect.BoolType():
                return rng.random() < 0.5
            case inspect.NoneType():
                return None
            case _:
                raise TypeError(f"no value is made for {kind} yet")

    def _spoil(self, message: Pairs) -> None:
        """Put one fault into an object or one that is in it."""
        rng = self._rng
        inner = [value for _, value in message if isinstance(value, Pairs) and value]
        at = rng.choice(inner) if inner and rng.random() < 0.7 else message
        if not at:
            return
        number = rng.randrange(len(at))
        name, value = at[number]
        match rng.randrange(9):
            case 0:
                del at[number]
            case 1:
                at.insert(rng.randrange(len(at)), (name, rng.choice((value, self._odd()))))
            case 2:
                at[number] = (rng.choice((*ODD_TEXTS, "id", "seat", "type")), value)
            case 3:
                at.append((rng.choice(ODD_TEXTS), self._odd()))
            case 4:
                at[number] = (name, rng.choice(([value], Pairs([(name, value)]), str(value))))
            case 5:
                at[number] = (rng.choice((1, None, Raw(b"1", b"\x01"), [])), value)
            case 6:
                other = rng.randrange(len(at))
                at[number], at[other] = (name, at[other][1]), (at[other][0], value)
            case _:
                at[number] = (name, self._odd())

    def _odd(self) -> Any:
        # What is put in may be spoilt later.
        return deepcopy(self._rng.choice(self._rng.choice((ODD_TEXTS, ODD_VALUES))))

    def _garble(self, frame: bytes) -> bytes:
        """Put a fault into the bytes."""
        rng = self._rng
        at = rng.randint(0, len(frame))
        match rng.randrange(6):
            case 0:
                return frame[:at]
            case 1:
                return frame + rng.choice((frame, b"\x00", b" ", b"}", rng.randbytes(9)))
            case 2:
                return frame[:at] + rng.randbytes(rng.randint(1, 4)) + frame[at + 1 :]
            case 3:
                return frame[:at] + frame[at // 2 :]
            case 4:
                return rng.choice((b"\xef\xbb\xbf" + frame, b"[" + frame + b"]", b"\x91" + frame))
            case _:
                return rng.randbytes(rng.randint(0, 64))
