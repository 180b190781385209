"""Those whom a table deals with: its viewers, the sink of its changes, and its owner."""

from typing import TYPE_CHECKING, Protocol

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Accepted, HandEvents, Rejected, TableSummary, Wire
from pokerws.storage.accounts import Transfer
from pokerws.storage.journal.change_builder import Step
from pokerws.storage.store import Change

if TYPE_CHECKING:
    from pokerws.server.tables.actor import TableActor

# What a table answers a message with.
TableAnswer = Accepted | HandEvents | Rejected


class Viewer(Protocol):
    """What a table needs of a connection."""

    @property
    def player(self) -> PlayerId:
        """Whose eyes these are."""

    @property
    def wire(self) -> Wire:
        """How the frames for it are written."""

    def answer(self, message: TableAnswer) -> None:
        """Send the answer to a command."""

    def show(self, frame: bytes) -> None:
        """Send a frame about a table; a slow viewer may get a fresh snapshot instead."""

    def tell(self, frame: bytes) -> None:
        """Send a frame that is about no table in particular."""

    def hear(self, frame: bytes) -> None:
        """Send a frame of chat, which a slow viewer may miss."""

    def moved(self, table: TableId) -> None:
        """Close: another process owns the table now."""


class Sink(Protocol):
    """Where changes go to be stored; it never blocks."""

    @property
    def over_high_water(self) -> bool:
        """Whether so much waits to be written that play has to pause."""

    @property
    def oldest_ms(self) -> int:
        """For how long the oldest change has waited to be written; 0 when none waits."""

    @property
    def healthy(self) -> bool:
        """Whether the latest try to write was no failure."""

    def put(self, change: Change | Step) -> None:
        """Take over a change."""

    async def flush(self, timeout_s: float, table: TableId | None = None) -> None:
        """Wait until all that was taken over, for one table or all, is written.

        Raises TimeoutError.
        """


class Owner(Protocol):
    """Who has to hear about a table's fate: the lobby."""

    def chips_moved(self, table: TableId, transfers: tuple[Transfer, ...]) -> None:
        """Chips came to the table from accounts, or went back; it is about to be stored."""

    def table_changed(self, summary: TableSummary) -> None:
        """The table's summary may be another one now."""

    def table_failed(self, actor: "TableActor") -> None:
        """A bug left the table's state in doubt; the actor has stopped."""
