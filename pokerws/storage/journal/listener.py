"""What the journal reports about a table's changes."""

from typing import Protocol

from pokerws.game.state import TableId


class JournalListener(Protocol):
    """Receives the journal's reports.

    The calls come from the journal's task, so they must be short.  After `fenced`, `rejected`,
    `conflict` or `went_back` the journal drops and counts the table's changes until one with a
    higher epoch comes.  So flush a table before it is claimed.
    """

    def written(self, table: TableId, version: int) -> None:
        """All events up to `version` are committed: what waited for them can be shown."""

    def fenced(self, table: TableId) -> None:
        """Another process owns the table now."""

    def rejected(self, table: TableId) -> None:
        """The store refuses the table's data, or an account cannot pay a transfer."""

    def conflict(self, table: TableId) -> None:
        """Somebody edited the row, and the journal does not overwrite such edits."""

    def edited(self, table: TableId) -> None:
        """Somebody edited the row, and the journal is about to overwrite it.

        A snapshot that is put now goes with it.
        """

    def went_back(self, table: TableId) -> None:
        """The database is an older copy of itself: events that were committed are missing there."""
