"""Finds what each player has won or lost when a hand ends."""

from collections.abc import Sequence

from pokerws.game.events import HandStarted, PlayerStood, TableEvent
from pokerws.game.lifecycle import chips_put_in
from pokerws.game.state import PlayerId, Table


class HandNet:
    """Follows the hands of one table.

    A hand that was loaded in play is followed from there: the chips that the players have put in
    tell its start.
    """

    __slots__ = ("_began", "_hand")

    def __init__(self, table: Table) -> None:
        self._hand = table.hand_number
        # Seat, player and chips at the start of the hand in play.
        self._began: list[tuple[int, PlayerId, int]] = []

    def follow(self, table: Table, events: Sequence[TableEvent]) -> dict[PlayerId, int] | None:
        """The chips won (or lost, if negative) in the hand that `events` ended, if they did.

        `table` is the table after them.
        """
        if table.hand is not None:
            if table.hand.number != self._hand or not self._began:
                self._begin(table)
            return None
        stood = {e.seat: e for e in events if isinstance(e, PlayerStood)}
        if table.hand_number != self._hand:
            # Everybody was all-in from the start.
            self._hand = table.hand_number
            self._began = _beginning(table, events, stood)
        began, self._began = self._began, []
        net: dict[PlayerId, int] = {}
        for number, player, chips in began:
            left, seat = stood.get(number), table.seats[number]
            if left is not None and left.player == player:
                net[player] = left.stack - chips
            elif seat is not None and seat.player == player:
                net[player] = seat.stack - chips
        return net or None

    def _begin(self, table: Table) -> None:
        hand = table.hand
        if hand is None:
            return
        self._hand, put_in = hand.number, chips_put_in(table, hand)
        self._began = [
            (number, seat.player, seat.stack + put_in.get(number, 0))
            for number in hand.order
            if (seat := table.seats[number]) is not None
        ]


def _beginning(
    table: Table, events: Sequence[TableEvent], stood: dict[int, PlayerStood]
) -> list[tuple[int, PlayerId, int]]:
    """Seats, players and chips at the start of a hand that began and ended in `events`."""
    for event in events:
        if isinstance(event, HandStarted):
            return [
                (number, seat.player, chips)
                for number, chips in zip(event.order, event.stacks, strict=True)
                if (seat := stood.get(number) or table.seats[number]) is not None
            ]
    return []
