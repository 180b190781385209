"""What operators say to everybody, or to all who watch a table."""

from collections.abc import Callable

from pokerws.game.state import TableId
from pokerws.messages import Notice
from pokerws.server.isolation import each
from pokerws.server.moderation.roster import Roster
from pokerws.server.tables.lobby import Lobby


class Announcements:
    """Shows announcements here, and passes them on.

    `on_said` is called with the text and the table, so that other servers can show it, too.
    """

    def __init__(self) -> None:
        self.on_said: Callable[[str, TableId | None], None] = lambda text, table: None

    def say(self, text: str, table: TableId | None, lobby: Lobby, roster: Roster) -> int:
        """Show an announcement on all servers; returns to how many connections of this one."""
        self.on_said(text, table)
        return show(text, table, lobby, roster)


def show(text: str, table: TableId | None, lobby: Lobby, roster: Roster) -> int:
    """Show an announcement here; returns to how many connections."""
    if table is None:
        notice = Notice("announcement", text)
        all_of_them = [one for _, connections in roster.connections() for one in connections]
        each(all_of_them, lambda one: one.warn(notice))
        return len(all_of_them)
    actor = lobby.live(table)
    if actor is None:
        return 0
    actor.notify("announcement", text)
    return len(actor.watchers)
