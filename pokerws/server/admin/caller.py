"""Who sends admin commands, and what the commands work with.

At the Unix socket the file's mode decides who may connect, so nothing has to be proved there: the
name is for the log, beside the system's user.  Elsewhere a token says the name and the role.
"""

import asyncio
import pwd
import socket
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.admin.commands import AdminRole
from pokerws.server.admin.hello import Hello
from pokerws.server.auth.identity import OPERATOR_NAME, OPERATOR_PREFIX
from pokerws.server.auth.operator_tokens import OperatorTokens
from pokerws.server.background.readiness import Reason
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.session import Dispatch
from pokerws.settings import Settings
from pokerws.storage.admin_log import AdminLog

_CREDENTIALS = struct.Struct("3i")


class Caller(NamedTuple):
    """An operator.  `via` is the system's user, or the session of a token.

    The `address` is empty at the Unix socket, and the token `expires_ms` never there.
    """

    who: PlayerId
    role: AdminRole
    via: str
    address: str = ""
    expires_ms: int | None = None


class Leaving:
    """The order to drain this server and to end it.  It waits until its answer is sent."""

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self.is_asked = False
        self._has_begun = False

    def begin(self) -> None:
        """Begin, if that is asked for."""
        if self.is_asked and not self._has_begun:
            self._has_begun = True
            self._end()


class Desk(Struct, frozen=True):
    """What the commands of a server work with.

    `dispatch` carries out messages as for any session, at other servers too; `health` is the
    content of `/healthz`.
    """

    context: SessionContext
    dispatch: Dispatch
    settings: Settings
    log: AdminLog
    health: Callable[[], dict[str, object]]
    reasons: Callable[[], Sequence[Reason]]
    started_ms: int
    leaving: Leaving
    # Held by the audit that runs.
    auditing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def node(self) -> str:
        """The name of this server."""
        return self.settings.node


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
