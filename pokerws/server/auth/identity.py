"""Identities and roles: what all kinds of authentication share."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol, get_args

from pokerws.game.state import PlayerId
from pokerws.messages import (
    ClientMessage,
    CloseTable,
    GetAccount,
    GetHand,
    Hello,
    ListTables,
    Logout,
    Ping,
    Refused,
    Role,
    Stand,
    Unwatch,
    Watch,
    WatchLobby,
)

# Commands that do not play.  A seated player who is made a spectator can still stand up.
_WATCHING = frozenset(
    {Hello, Logout, Ping, ListTables, WatchLobby, Watch, Unwatch, GetAccount, GetHand, Stand}
)
# Commands that a role may not send.  Spectators may send a new command only if it is listed above.
FORBIDDEN: Mapping[Role, tuple[type[ClientMessage], ...]] = {
    "player": (CloseTable,),
    "spectator": tuple(frozenset(get_args(ClientMessage)) - _WATCHING),
    "admin": (),
}


class Identity(NamedTuple):
    """An authenticated player.

    `session` is the token with which a guest can come back.  `expires_ms` is when the
    authentication expires, in ms UTC, or None if it does not.  `sid` identifies the session; tokens
    that renew each other share it.
    """

    player: PlayerId
    name: str
    role: Role = "player"
    session: str | None = None
    expires_ms: int | None = None
    sid: str = ""


class Admission(Protocol):
    """Authenticates players."""

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """The identity for this token, or for this name.

        `name` has been checked.  Raises Refused.
        """


def check_allowed(identity: Identity, message: ClientMessage) -> None:
    """Raise Refused("forbidden") for what the player's role may not do."""
    if isinstance(message, FORBIDDEN[identity.role]):
        raise Refused("forbidden", f"not for the role {identity.role}")
