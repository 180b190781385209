"""Holds the frames of one table that reveal cards, and knows how long they waited."""

from pokerws.game.state import Table
from pokerws.server.clock import Clock
from pokerws.server.tables.actors.cards_ahead import CardHold
from pokerws.server.tables.commit_gate import CommitGate

# Frames that waited at least this long do not cost the players' time.
GIVE_BACK_MS = 250


class HeldCards:
    """Closes the `gate` of `table` for cards, as `hold` decides.

    `since_ms` is the time from which on frames wait for that, in table time.
    """

    __slots__ = ("_clock", "_gate", "_hold", "_table", "holds", "since_ms")

    def __init__(self, table: Table, gate: CommitGate, hold: CardHold, clock: Clock) -> None:
        self._table = table
        self._gate = gate
        self._hold = hold
        self._clock = clock
        # A plain attribute, since every command reads it.
        self.holds = hold.holds
        self.since_ms: int | None = None

    def reveal(self, *, is_stored: bool) -> None:
        """Hold the latest events, which reveal cards, until they may be shown."""
        if self._hold.may_show(self._table, is_stored=is_stored):
            self._gate.show_ahead(self._table.seq)
        else:
            self._gate.close_for_cards(self._table.seq)
            if self.since_ms is None:
                self.since_ms = self._clock.table_ms()

    def released(self) -> int | None:
        """Note that frames may be released; returns since when they waited, if that was long."""
        since_ms, now_ms = self.since_ms, self._clock.table_ms()
        self.since_ms = now_ms if self._gate.holds_cards else None
        if since_ms is None or now_ms - since_ms < GIVE_BACK_MS:
            return None
        return since_ms
