"""Who a connection speaks for, and what each role may do.

Here is what every way of admitting players has in common; none of them is here.
"""

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

# What there is to do without playing.  Who has been made a spectator in mid-game can still stand up
# and take the chips home.
_WATCHING = frozenset(
    {Hello, Logout, Ping, ListTables, WatchLobby, Watch, Unwatch, GetAccount, GetHand, Stand}
)
# What each role may not do; a new kind of message is no spectator's until it is listed above.
FORBIDDEN: Mapping[Role, tuple[type[ClientMessage], ...]] = {
    "player": (CloseTable,),
    "spectator": tuple(frozenset(get_args(ClientMessage)) - _WATCHING),
    "admin": (),
}


class Identity(NamedTuple):
    """A player that has been admitted.

    `session` is the secret that brings a guest back; `expires_ms` is when the right to be here
    ends, in ms UTC, or None where the server does not watch it.  `sid` names the session that the
    token is of: all tokens that renew each other may share it.
    """

    player: PlayerId
    name: str
    role: Role = "player"
    session: str | None = None
    expires_ms: int | None = None
    sid: str = ""


class Admission(Protocol):
    """Says who may come in, and as whom."""

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Who it is that brings this token, or this name.

        `name` has been checked.  Raises Refused.
        """


def check_allowed(identity: Identity, message: ClientMessage) -> None:
    """Raise Refused("forbidden") for what the player's role may not do."""
    if isinstance(message, FORBIDDEN[identity.role]):
        raise Refused("forbidden", f"not for the role {identity.role}")
