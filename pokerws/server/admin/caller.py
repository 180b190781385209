"""Who sends admin commands, and what the commands work with."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec import Struct, field

from pokerws.game.state import PlayerId
from pokerws.server.admin.commands import AdminRole
from pokerws.server.background.readiness import Reason
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.session import Dispatch
from pokerws.settings import Settings
from pokerws.storage.admin_log import AdminLog


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
