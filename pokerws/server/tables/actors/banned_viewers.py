"""Takes an unlisted table away from viewers whom its host has banned: for them it is not there."""

from collections.abc import Callable, Iterable

from pokerws.game.state import Table
from pokerws.messages import Notice
from pokerws.server.tables.interfaces import Viewer


def show_out(table: Table, viewers: Iterable[Viewer], unwatch: Callable[[Viewer], None]) -> None:
    """Send banned viewers nothing more, unless they are still in a hand."""
    notice = Notice("banned_from_table", "the host has banned you from the table", table.id)
    for viewer in list(viewers):
        if viewer.player in table.hosting.banned and table.seat_of(viewer.player) is None:
            unwatch(viewer)
            viewer.send(viewer.wire.encode(notice))
