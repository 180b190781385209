"""Where finished hands are in the event log: the records of `store.HandIndex`.

A player's hands are found by the player's visits to tables.  A visit lasts from sitting down to
standing up.  The transfers tell it: chips come to the table, and go back.  A player who stood up
without chips has no transfer, so the log has to be searched for that event.
"""

from typing import NamedTuple

from pokerws.game.state import TableId


class Visit(NamedTuple):
    """A visit to a table, whose hands are between its events `from_seq` and `until_seq`.

    Times are milliseconds UTC.  The end is None if it is unknown: the player may still sit there,
    or may have left an open table without chips.  It `is_exact` if the player stood up at that
    event; otherwise the player stood up at some time before.
    """

    table: TableId
    from_seq: int
    from_ms: int
    until_seq: int | None = None
    until_ms: int | None = None
    is_exact: bool = False


class Search(NamedTuple):
    """A search of a log for the event with which a player stood up.

    It has looked at the events up to `scanned_seq`, or found it at `stood_seq`.  `more` tells
    whether there may be more events.
    """

    scanned_seq: int
    stood_seq: int | None = None
    stood_ms: int | None = None
    more: bool = False
