"""Who a connection speaks for: what every way of admitting players has in common."""

from typing import NamedTuple, Protocol

from pokerws.game.state import PlayerId
from pokerws.messages import Role


class Identity(NamedTuple):
    """A player that has been admitted.

    `session` is the secret that brings a guest back; `expires_ms` is when the right to be here
    ends, in ms UTC, or None where the server does not watch it.
    """

    player: PlayerId
    name: str
    role: Role = "player"
    session: str | None = None
    expires_ms: int | None = None


class Admission(Protocol):
    """Says who may come in, and as whom."""

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Who it is that brings this token, or this name.

        `name` has been checked.  Raises Illegal.
        """
