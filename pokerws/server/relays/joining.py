"""Makes the node of a cluster from the settings, over NATS."""

from pokerws.server.background.supervisor import Supervisor
from pokerws.server.cluster.bus import Bus
from pokerws.server.cluster.packets import Incarnation, Peer, name_of
from pokerws.server.limits.limits import Rates
from pokerws.server.relays.bus_of import bus_of
from pokerws.server.relays.node import Node
from pokerws.server.sessions.context import SessionContext
from pokerws.server.tables.interfaces import TableJournal
from pokerws.settings import Settings
from pokerws.storage.postgres.database import Database


def node_of(
    settings: Settings,
    database: Database | None,
    context: SessionContext,
    rates: Rates,
    supervisor: Supervisor,
    *,
    journal: TableJournal,
) -> Node:
    """This server as a node, which has not joined yet.  Raises SettingsError."""
    if database is None:
        raise RuntimeError("a cluster without a database")
    lease = database.lease
    # Wrong settings are told now.
    bus_of(settings, settings.node)

    def own() -> Peer:
        return Peer(name_of(settings.node), Incarnation(lease.incarnation))

    def new_bus() -> Bus:
        return bus_of(settings, settings.node, supervisor.watch)

    parts = (context, rates, supervisor)
    owners = database.store.giving
    return Node(*parts, own=own, new_bus=new_bus, owners=owners, journal=journal)
