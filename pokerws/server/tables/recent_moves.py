"""The latest transfers of a table, kept in memory in case the database goes back to an older state.

They are booked again then.  Transfers are rare, so a few cover a long time.
"""

from pokerws.storage.accounts import Transfer

MOST_MOVES = 64


class RecentMoves:
    """The transfers of one table since event `since`; the oldest of many are dropped."""

    __slots__ = ("_moves", "_since")

    def __init__(self, since: int) -> None:
        self._since = since
        self._moves: tuple[Transfer, ...] = ()

    def add(self, moves: tuple[Transfer, ...]) -> None:
        """Add new transfers, in the order of their events."""
        self._moves += moves
        if len(self._moves) > MOST_MOVES:
            self._since = self._moves[-MOST_MOVES - 1].seq
            self._moves = self._moves[-MOST_MOVES:]

    def after(self, seq: int) -> tuple[Transfer, ...] | None:
        """The transfers after event `seq`; None if they are not all known."""
        if seq < self._since:
            return None
        return tuple(move for move in self._moves if move.seq > seq)
