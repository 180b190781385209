"""The first message of an operator's connection, which says who it is.

The command that sends it needs nothing else of a server.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from pokerws.messages import MAX_TOKEN_LENGTH, Refused


class Hello(Struct, frozen=True, tag_field="command", tag="hello", forbid_unknown_fields=True):
    """Who the operator is: a `name` at the Unix socket, a `token` elsewhere."""

    id: Annotated[str, Meta(max_length=64)] = ""
    name: Annotated[str, Meta(max_length=24)] | None = None
    token: Annotated[str, Meta(max_length=MAX_TOKEN_LENGTH)] | None = None


_decode = msgspec.json.Decoder(Hello).decode


def read_hello(frame: str | bytes) -> Hello:
    """The first message.  Raises Refused."""
    try:
        return _decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused("hello_first", f"the first message must be `hello`: {error}") from error
