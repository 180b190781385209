"""The parts that a table depends on: its viewers, the journal of its changes, and its owner."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Notice, TableSummary, Wire
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.commit_gate import CommitGate, TableAnswer
from pokerws.storage.accounts import Transfer
from pokerws.storage.journal.listener import JournalListener
from pokerws.storage.outcomes import Count
from pokerws.storage.store import Change


class Line(Protocol):
    """The delay of a connection, as the server measures it."""

    @property
    def latency_ms(self) -> int:
        """The round-trip time; 0 if it is not known yet."""

    @property
    def is_silent(self) -> bool:
        """Whether a ping has not been answered for some time: the connection may be lost."""


class Viewer(Protocol):
    """A connection, as a table needs it."""

    @property
    def player(self) -> PlayerId:
        """The player whose view is sent."""

    @property
    def wire(self) -> Wire:
        """The encoding of frames for this viewer."""

    @property
    def line(self) -> Line:
        """What the server measures on the connection."""

    @property
    def hears_presence(self) -> bool:
        """Whether the viewer is told which seated players have no connection."""

    @property
    def hears_waiting(self) -> bool:
        """Whether the viewer is told why no hand is dealt."""

    def answer(self, message: TableAnswer) -> None:
        """Send the answer to a command."""

    def held_by(self, gate: CommitGate, table: TableId) -> None:
        """`gate` holds an answer about `table`: later ones must not be sent before it."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        """Send a frame about a table; a slow viewer may get a fresh snapshot instead.

        With `shared` it may be compressed: only for what everybody may see.
        """

    def send(self, frame: bytes) -> None:
        """Send a frame that is not about one table."""

    def send_droppable(self, frame: bytes) -> None:
        """Send a frame of chat, which is dropped for a slow viewer."""

    def fail(self, error: Exception) -> None:
        """Part of `Isolated`: close the connection after a bug."""

    def lose_table(self, notice: Notice) -> None:
        """The table is shown no more: send the notice, or ask for the table again."""

    def close_moved(self, table: TableId) -> None:
        """Close the connection: another process owns the table now."""


class TableJournal(Protocol):
    """Stores changes in the background; `put` never blocks."""

    @property
    def keeps(self) -> bool:
        """Whether changes are stored; otherwise tables live in memory only."""

    @property
    def skipped(self) -> Count | None:
        """Without a store: counts changes that are not put, since they move no chips.

        A table's first change is put even then, and so are all changes while the log shows them.
        """

    @property
    def over_high_water(self) -> bool:
        """Whether so many changes wait to be written that commands are refused."""

    @property
    def oldest_ms(self) -> int:
        """How long the oldest waiting change has waited; 0 when none waits."""

    @property
    def healthy(self) -> bool:
        """Whether the latest write succeeded."""

    def subscribe(self, listener: JournalListener) -> None:
        """Report the outcome of each change to `listener`."""

    def put(self, change: Change) -> None:
        """Queue a change."""

    def drop(self, table: TableId, epoch: int) -> None:
        """Drop a table's waiting changes up to `epoch`, and those that come until a higher one."""

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Wait until all changes put so far, of one table or of all, are written.

        Raises TimeoutError.
        """


class Lease(Protocol):
    """This server's lease on its tables, which keeps other servers from taking them over."""

    @property
    def is_over(self) -> bool:
        """Whether another server may have taken the tables over by now."""

    @property
    def is_away(self) -> bool:
        """Whether it cannot be renewed now, because the database is away."""


class NoLease:
    """The `Lease` of a server without a database, which nobody else can play on."""

    is_over = False
    is_away = False


NO_LEASE = NoLease()


class Owner(Protocol):
    """The lobby, as a table notifies it."""

    def chips_moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Chips moved between accounts and the table; the change is about to be put."""

    def hand_over(self, table: TableId, net: Mapping[PlayerId, int]) -> None:
        """A hand is over; `net` has what each player won, or lost if negative."""

    def seats_changed(self, table: Table) -> None:
        """Players may have sat down or stood up; the frames that show it may be held."""

    def bots_changed(self, table: Table) -> None:
        """The wanted bots of the table have changed."""

    def absent_at(self, table: TableId) -> Sequence[PlayerId]:
        """The seated players without a connection, as the viewers know them."""

    def table_changed(self, summary: TableSummary) -> None:
        """The table's summary may have changed."""

    def table_closing(self, table: TableId) -> None:
        """The table was closed for good; its summary follows when that is stored."""

    def table_failed(self, table: TableId) -> None:
        """A bug left the table's state inconsistent; its actor has stopped."""
