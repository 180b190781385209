"""Identities and roles, shared by all kinds of authentication."""

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
    UnwatchLobby,
    Watch,
    WatchLobby,
)
from pokerws.server.auth.player_names import PlayerNames

# Messages that need no permission to play.  `stand` is included, so that a player whose role has
# become spectator can leave the seat.
_WATCHING = frozenset(
    {Hello, Logout, Ping, ListTables, WatchLobby, UnwatchLobby, Watch, Unwatch}
    | {GetAccount, GetHand, Stand}
)
# Messages that a role may not send.  A new message is forbidden to spectators unless it is in
# `_WATCHING`.
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

    @property
    def names(self) -> PlayerNames:
        """The names of the players."""

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """The identity for a token, or for a name, which must be valid.  Raises Refused."""


def check_allowed(identity: Identity, message: ClientMessage) -> None:
    """Raise Refused("forbidden") for a message that the player's role may not send."""
    if isinstance(message, FORBIDDEN[identity.role]):
        raise Refused("forbidden", f"not for the role {identity.role}")
