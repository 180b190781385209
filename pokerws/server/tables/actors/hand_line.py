"""The one log line about each hand: `hand_ended`.  It has no cards, and nobody's chips."""

import logging
from collections.abc import Callable, Sequence

import structlog

from pokerws.game.events import HandEnded, PotAwarded, RakeTaken, TableEvent
from pokerws.game.state import Table
from pokerws.logs import level_of_hand, shows_debug

log = structlog.get_logger("pokerws.hands")


class HandLine:
    """Follows the hands of one table."""

    __slots__ = ("_number", "_players", "_started_ms", "_table", "_variant")

    def __init__(self, table: Table) -> None:
        self._table = table
        self._number = 0
        self._variant, self._players = "", 0
        # None for a hand that was loaded in the middle.
        self._started_ms: int | None = None
        self._note_start(None)

    def follow(self, events: Sequence[TableEvent], now_ms: int) -> Callable[[], None] | None:
        """Note a hand that started; returns what logs one that ended, if its line is shown."""
        if self._table.hand is not None:
            self._note_start(now_ms)
            return None
        level = level_of_hand(self._number)
        if level == logging.DEBUG and not shows_debug():
            return None
        if not any(isinstance(event, HandEnded) for event in events):
            return None
        awarded = [event for event in events if isinstance(event, PotAwarded)]
        rake = sum(event.amount for event in events if isinstance(event, RakeTaken))
        won = sum(share.amount for pot in awarded for share in pot.shares)
        showdown = any(pot.hand for pot in awarded)
        return self._line(level, pot=won + rake, rake=rake, showdown=showdown, now_ms=now_ms)

    def _note_start(self, now_ms: int | None) -> None:
        hand = self._table.hand
        if hand is not None and hand.number != self._number:
            self._number, self._started_ms = hand.number, now_ms
            self._variant, self._players = hand.variant, len(hand.order)

    def _line(
        self, level: int, *, pot: int, rake: int, showdown: bool, now_ms: int
    ) -> Callable[[], None]:
        table, hand, started_ms = self._table.id, self._number, self._started_ms
        variant, players = self._variant, self._players

        def write() -> None:
            log.log(
                level,
                "hand_ended",
                table=table,
                hand=hand,
                variant=variant,
                players=players,
                pot=pot,
                rake=rake,
                showdown=showdown,
                duration_ms=None if started_ms is None else now_ms - started_ms,
            )

        return write
