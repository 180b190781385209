"""The first message of an operator's connection, which says who it is.

At the Unix socket the file's mode decides who may connect, so nothing has to be proved there: the
name is for the log, beside the system's user.  Elsewhere a token says the name and the role.
"""

import pwd
import socket
import struct
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from pokerws.game.state import PlayerId
from pokerws.messages import MAX_TOKEN_LENGTH, Refused
from pokerws.server.admin.caller import Caller
from pokerws.server.auth.identity import OPERATOR_PREFIX
from pokerws.server.auth.operator_tokens import OPERATOR_NAME, OperatorTokens

_CREDENTIALS = struct.Struct("3i")


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


def caller_at_socket(hello: Hello, connection: socket.socket) -> Caller:
    """An operator at the Unix socket.  Raises Refused for a name that cannot be logged."""
    uid = _uid_of(connection)
    name = _name_of(uid) if hello.name is None else hello.name
    if not OPERATOR_NAME.fullmatch(name):
        raise Refused("bad_name", f"`name` must match {OPERATOR_NAME.pattern}")
    return Caller(PlayerId(OPERATOR_PREFIX + name), "operator", f"uid {uid}")


def _uid_of(connection: socket.socket) -> int | str:
    """The system's user at the other end; `unknown` where the system does not tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return "unknown"
    _, uid, _ = _CREDENTIALS.unpack(
        connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    )
    return int(uid)


def _name_of(uid: int | str) -> str:
    """The name of a system's user, as far as it can be an operator's."""
    try:
        name = pwd.getpwuid(uid).pw_name if isinstance(uid, int) else "console"
    except KeyError:
        name = f"uid{uid}"
    return name if OPERATOR_NAME.fullmatch(name) else f"uid{uid}"


def caller_with_token(hello: Hello, tokens: OperatorTokens, address: str) -> Caller:
    """An operator with a token.  Raises Refused."""
    if hello.token is None:
        raise Refused("token_missing")
    claims = tokens.read(hello.token)
    return Caller(claims.player, claims.role, claims.sid, address, claims.expires_ms)
