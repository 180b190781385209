"""What stops a table between two actions, and tells its viewers: an outage, or an operator.

In an outage nothing is sent.  A frozen table only takes no commands: viewers may come and look.
The clock goes on when neither is left.
"""

from collections.abc import Callable

from pokerws.game.state import TableId
from pokerws.messages import TableWaiting
from pokerws.server.tables.actors.lobby_news import LobbyNews
from pokerws.server.tables.actors.table_clock import TableClock
from pokerws.server.tables.interfaces import Viewer
from pokerws.server.tables.viewers import Viewers

FROZEN = "an operator has stopped this table; the clocks stand still"
THAWED = "play goes on at this table"

# Resumes play, if the clock stood since that time.
GoOn = Callable[[int | None], None]


class Standstill:
    """Stops and starts the `clock` of a table."""

    __slots__ = ("_clock", "_news", "_viewers", "is_frozen", "is_paused")

    def __init__(self, clock: TableClock, news: LobbyNews, viewers: Viewers) -> None:
        self._clock, self._news, self._viewers = clock, news, viewers
        self.is_paused = self.is_frozen = False

    @property
    def takes_commands(self) -> bool:
        """Whether nothing stops the table."""
        return self._clock.refusal is None

    def pause(self) -> None:
        """The database is away."""
        if not self.is_paused:
            self.is_paused = True
            self._clock.pause()
            self._news.waits("database")

    def go_on(self, go_on: GoOn) -> None:
        """The database is back."""
        if self.is_paused:
            self.is_paused = False
            self._start(go_on)

    def freeze(self) -> None:
        """Take no commands until `thaw`."""
        if not self.is_frozen:
            self.is_frozen = True
            self._clock.pause()
            self._viewers.notify("frozen", FROZEN)
            self._news.waits("frozen")

    def thaw(self, go_on: GoOn) -> None:
        """Take commands again."""
        if self.is_frozen:
            self.is_frozen = False
            self._viewers.notify("thawed", THAWED)
            self._start(go_on)

    def _start(self, go_on: GoOn) -> None:
        if self.is_paused or self.is_frozen:
            self._news.waits("database" if self.is_paused else "frozen")
            return
        since_ms = self._clock.go_on()
        go_on(since_ms)
        if since_ms is not None:
            self._news.goes_on()

    def tell(self, viewer: Viewer, table: TableId) -> None:
        """Tell a new viewer of `table` that it is frozen."""
        if self.is_frozen and viewer.hears_waiting:
            self._viewers.send_to(viewer, TableWaiting(table, "frozen"))
