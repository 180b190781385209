"""The commands `nodes`, which lists the servers of a database, and `move`, which moves a table.

What they tell comes from the database, while the servers run.  To move a table is asked of the
server that holds it, over the bus of the cluster.
"""

from collections.abc import Sequence
from typing import TextIO

from msgspec.structs import replace

from pokerws.game.state import TableId
from pokerws.maintenance.stored_log import open_stored, printable
from pokerws.nodes.errors import NotMoved
from pokerws.server.cluster.nats_note import noted_url
from pokerws.server.cluster.packets import Incarnation, Peer, name_of
from pokerws.settings import Settings, SettingsError
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.owners import Node, OwnerOf, nodes, owners_of

TITLES = ("NODE", "INCARNATION", "SINCE (UTC)", "LEASE", "TABLES")


# ---- nodes


async def list_nodes(address: Address, out: TextIO) -> int:
    """Write a line for each server that has not ended.  Returns 0.  Raises DatabaseError."""
    async with open_stored(address) as connection:
        rows = [TITLES, *map(_columns, await nodes(connection))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(TITLES))]
    for row in rows:
        *texts, number = row
        cells = [text.ljust(width) for text, width in zip(texts, widths, strict=False)]
        print("  ".join([*cells, number.rjust(widths[-1])]), file=out)
    return 0


def _columns(node: Node) -> tuple[str, ...]:
    left_s = node.lease_left_s
    return (
        printable(node.node),
        node.incarnation,
        f"{node.started_at:%Y-%m-%d %H:%M:%S}",
        f"{left_s:.1f} s" if left_s > 0 else "over",
        str(node.tables),
    )


# ---- move


async def move_table(
    settings: Settings, address: Address, table: str, node: str, out: TextIO
) -> int:
    """Move a table to a server, by its name or incarnation.  Returns 0.

    Raises NotMoved, DatabaseError or SettingsError.
    """
    if not settings.cluster.cluster_url:
        if not (url := noted_url(settings)):
            raise SettingsError(
                "CLUSTER_URL is not set, and no workers with a NATS of their own run at PORT: "
                "tables move between the servers of a cluster, over its NATS"
            )
        settings = replace(settings, cluster=replace(settings.cluster, cluster_url=url))
    async with open_stored(address) as connection:
        known = await nodes(connection)
        owner = (await owners_of(connection, [TableId(table)])).get(TableId(table))
    taker = _taker(known, node)
    holder = _holder(table, owner, taker)
    # Without a cluster, nothing of it is imported.
    from pokerws.nodes.asking import move  # noqa: PLC0415

    refusal = await move(settings, holder, table, _peer(taker.node, taker.incarnation))
    if refusal is not None:
        raise NotMoved(f"table {printable(table)} stays with {holder.name}: {refusal}")
    print(f"table {printable(table)}: given to {printable(taker.node)}", file=out)
    return 0


def _peer(node: str, incarnation: str) -> Peer:
    return Peer(name_of(node), Incarnation(incarnation))


def _taker(known: Sequence[Node], wanted: str) -> Node:
    """The server of that name or incarnation.  Raises NotMoved."""
    named = [one for one in known if wanted in (one.node, one.incarnation)]
    found = [one for one in named if one.lease_left_s > 0]
    if len(found) > 1:
        incarnations = ", ".join(one.incarnation for one in found)
        raise NotMoved(f"several servers are named {wanted}; say which by: {incarnations}")
    if found:
        return found[0]
    if named:
        raise NotMoved(f"{wanted} does not renew its lease: it is dead, or cannot be reached")
    names = ", ".join(printable(one.node) for one in known if one.lease_left_s > 0)
    raise NotMoved(f"no server is named {printable(wanted)}; there are: {names or 'none'}")


def _holder(table: str, owner: OwnerOf | None, taker: Node) -> Peer:
    """The server to ask.  Raises NotMoved."""
    shown = printable(table)
    if owner is None:
        raise NotMoved(f"there is no open table {shown}")
    if owner.incarnation is None:
        raise NotMoved(f"no server holds table {shown}: the first that is asked for it loads it")
    if owner.incarnation == taker.incarnation:
        raise NotMoved(f"table {shown} is at {printable(taker.node)} already")
    if not owner.is_alive:
        raise NotMoved(
            f"{printable(owner.node)}, which holds table {shown}, has ended: the others take its "
            "tables over within seconds"
        )
    return _peer(owner.node, owner.incarnation)
