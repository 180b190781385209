"""Tables that other servers of a cluster own, as sessions see them.

A server that is alone has none: `NOWHERE`.
"""

from collections.abc import Awaitable
from typing import Any, Protocol

from pokerws.messages import Watch, WatchOutcome
from pokerws.server.isolation import Isolated

# What becomes of a table that another server was asked for; None if it is here by now.
Asked = Awaitable[WatchOutcome | None]
# A `Session`, whose module imports this one.
Client = Any


class Watched(Isolated, Protocol):
    """A table that a connection watches: an actor of this server, or a relay to another one."""

    def forget(self, viewer: Client) -> None:
        """The connection has ended."""

    def show_snapshot(self, viewer: Client) -> None:
        """Send a fresh snapshot, in place of frames that were dropped."""


class Elsewhere(Protocol):
    """Reaches the tables of other servers."""

    async def watch(self, session: Client, message: Watch) -> Asked | None:
        """Ask to watch one of several tables, and hold what it shows until `release`.

        Returns None for a table that this server has, or may load.  Raises Illegal.
        """

    def release(self, session: Client) -> None:
        """The `watch` of several tables is answered: send what was held."""

    def forget(self, session: Client) -> None:
        """The connection has ended."""


class Nowhere:
    """The `Elsewhere` of a server that is alone."""

    async def watch(self, session: Client, message: Watch) -> Asked | None:
        return None

    def release(self, session: Client) -> None:
        pass

    def forget(self, session: Client) -> None:
        pass


NOWHERE = Nowhere()
