"""Takes an unlisted table away from viewers whom its host has banned: for them it is not there."""

from typing import TYPE_CHECKING

from pokerws.messages import Notice

if TYPE_CHECKING:
    from pokerws.server.tables.actor import TableActor


def show_out(actor: "TableActor") -> None:
    """Send banned viewers nothing more, unless they are still in a hand."""
    table = actor.table
    banned = [
        viewer
        for viewer in actor.watchers
        if viewer.player in table.hosting.banned and table.seat_of(viewer.player) is None
    ]
    notice = Notice("banned_from_table", "the host has banned you from the table", table.id)
    for viewer in banned:
        actor.unwatch(viewer)
        viewer.send(viewer.wire.encode(notice))
