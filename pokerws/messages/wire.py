"""The encodings of messages: JSON in text frames, or MessagePack in binary frames.

The WebSocket subprotocol selects one.  The messages are the same in both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Protocol, TypeVar, cast, get_args

import msgspec
from msgspec import defstruct

from pokerws.messages.fields import Message
from pokerws.messages.from_client import ClientMessage
from pokerws.messages.from_server import ServerMessage

M_co = TypeVar("M_co", covariant=True)


class Decoder(Protocol[M_co]):
    """Decodes frames.  Raises msgspec.DecodeError, or RecursionError."""

    def decode(self, frame: Any, /) -> M_co:
        """The message in a frame."""


@dataclass(frozen=True, eq=False)
class Wire:
    """One of the two encodings.  `make_decoder` takes a type, and optionally `strict`."""

    subprotocol: str
    is_text: bool
    encode: Callable[[ServerMessage | ClientMessage], bytes]
    make_decoder: Callable[..., Decoder[Any]]

    def encode_part(self, values: Sequence[msgspec.Struct]) -> list[Any]:
        """The encoded values.  In a message of this wire they stand for the values themselves."""
        # msgspec copies a Raw as it is, wherever it is in a message.
        return cast("list[Any]", msgspec.Raw(self.encode(cast("Any", values))))

    def encode_value(self, value: object) -> bytes:
        """A part of a message, encoded as in the message."""
        encode: Callable[[Any], bytes] = self.encode
        return encode(value)


JSON = Wire("poker.v1.json", True, msgspec.json.Encoder().encode, msgspec.json.Decoder)
MSGPACK = Wire("poker.v1.msgpack", False, msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder)
WIRES = {wire.subprotocol: wire for wire in (JSON, MSGPACK)}

# The default encoding.
encode = JSON.encode


class Broadcast(dict[Wire, bytes]):
    """A message to many clients, encoded once per encoding: `on(wire)` returns the bytes."""

    def __init__(self, message: ServerMessage) -> None:
        self._message = message

    def __missing__(self, wire: Wire) -> bytes:
        frame = self[wire] = wire.encode(self._message)
        return frame

    # A method of dict, so that a look-up calls no Python function.
    on = dict[Wire, bytes].__getitem__


def _strict(message: type[Message]) -> Any:
    """A subclass of the message that refuses unknown fields."""
    return defstruct(
        message.__name__,
        [],
        bases=(message,),
        frozen=True,
        tag=message.__struct_config__.tag,
        tag_field="type",
        forbid_unknown_fields=True,
        module=__name__,
    )


# For each client message, the subclass that strict decoders return.
STRICT_TYPES: dict[type[ClientMessage], Any] = {
    message: _strict(message) for message in get_args(ClientMessage)
}


def client_decoder(*, strict: bool, wire: Wire = JSON) -> Decoder[ClientMessage]:
    """A decoder for messages of clients.

    A strict one accepts only exact types and known fields.  A lenient one ignores unknown fields
    and converts strings to numbers.  Both check bounds.
    """
    if not strict:
        return wire.make_decoder(ClientMessage, strict=False)
    return wire.make_decoder(reduce(or_, STRICT_TYPES.values()))


def server_decoder(wire: Wire = JSON) -> Decoder[ServerMessage]:
    """A decoder for messages of the server.  It ignores unknown fields, which newer ones send."""
    return wire.make_decoder(ServerMessage)
