"""What clients see: pages and sessions at the port, and other servers' tables through a cluster."""

import ssl
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pokerws.metrics.cluster import ClusterReading
from pokerws.server.away import ELSEWHERE
from pokerws.server.background.orphans import Orphans
from pokerws.server.background.readiness import Readiness
from pokerws.server.background.supervisor import Supervisor
from pokerws.server.limits.limits import Quotas
from pokerws.server.listener import Listener
from pokerws.server.net.http import Pages
from pokerws.server.net.inherited import Inherited
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers import dispatch
from pokerws.server.sessions.session import Dispatch
from pokerws.server.tables.interfaces import TableJournal
from pokerws.settings import Settings
from pokerws.storage.postgres.database import Database

if TYPE_CHECKING:
    from pokerws.server.relays.node import Node


class Front:
    """The node of a cluster, if there is one, and the listener."""

    def __init__(self, settings: Settings, supervisor: Supervisor, readiness: Readiness) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._readiness = readiness
        self._listener: Listener | None = None
        self._node: Node | None = None
        self._orphans: Orphans | None = None

    @property
    def listener(self) -> Listener | None:
        """The connections, once it listens."""
        return self._listener

    @property
    def cluster(self) -> ClusterReading:
        """The links and relays now."""
        return ClusterReading() if self._node is None else self._node.reading()

    @property
    def dispatch(self) -> Dispatch:
        """Carries out messages, about tables of other servers too."""
        return dispatch if self._node is None else self._node.gateway.dispatch

    async def join(
        self,
        database: Database | None,
        context: SessionContext,
        quotas: Quotas,
        journal: TableJournal,
    ) -> SessionContext:
        """Join the cluster of the settings, if they name one.  Returns the context of sessions.

        Raises SettingsError.
        """
        if not self._settings.cluster.cluster_url:
            return context
        # Without a cluster, nothing of it is imported.
        from pokerws.server.relays.joining import node_of  # noqa: PLC0415

        parts = (self._settings, database, context, quotas.rates, self._supervisor)
        self._node = node = node_of(*parts, journal=journal)
        await node.start()
        if database is not None:
            self._orphans = Orphans(context.lobby, database.store.giving)
            self._orphans.start(self._supervisor.watch)
        self._readiness.add("cluster", node.why_not_ready)
        return replace(context, elsewhere=node.gateway)

    async def listen(
        self,
        context: SessionContext,
        pages: Pages,
        quotas: Quotas,
        tls: ssl.SSLContext | None,
        inherited: Inherited,
    ) -> None:
        """Serve clients.  Raises ListenError."""
        listener = Listener(
            *(self._settings, context, pages, quotas, tls),
            dispatch=self.dispatch,
            inherited=inherited,
        )
        await listener.start()
        self._listener = listener

    async def give_tables(self, avoid: str) -> None:
        """Give the tables to other servers of the cluster: see `Moves.drain`."""
        await self._stop_claiming()
        if self._node is not None:
            await self._node.drain(avoid)

    async def _stop_claiming(self) -> None:
        if self._orphans is not None:
            await self._orphans.stop()

    @property
    def is_in_cluster(self) -> bool:
        """Whether there may be other servers."""
        return self._node is not None

    async def send_away(self) -> None:
        """Send the clients away to other servers, and take no more."""
        if self._listener is not None:
            await self._listener.send_away(ELSEWHERE)
            await self._listener.emptied()

    async def announce(self) -> None:
        """Tell the clients that the server is about to stop."""
        if self._listener is not None:
            await self._listener.announce()

    async def leave_cluster(self) -> None:
        """Leave the cluster."""
        await self._stop_claiming()
        if self._node is not None:
            await self._node.stop()

    async def stop(self) -> None:
        """Send the clients away, and listen no more."""
        if self._listener is not None:
            await self._listener.stop()

    def lease_lost(self) -> None:
        """Another server owns the tables now."""
        if self._node is not None:
            self._node.lease_lost()
