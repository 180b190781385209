"""Rabbit hunts: the board cards that would have come in a hand that ended early.

They need no secrecy any more, because the deck of an ended hand is never dealt again.  Hole cards
that were not shown stay hidden.
"""

from pokerws.game.cards import Card
from pokerws.game.commands import RabbitHunt
from pokerws.game.events import RabbitAgreed, RabbitShown, TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import Hand, Rabbit, Table
from pokerws.game.variants import VARIANTS


def to_come(table: Table, hand: Hand) -> list[int]:
    """The numbers of board cards of the streets to come, if the table has rabbit hunts."""
    if table.config.house.rabbit_hunt == "off":
        return []
    streets = [street.board for street in VARIANTS[hand.variant].streets[hand.street + 1 :]]
    needed = sum(streets) * (len(hand.extra_boards) + 1)
    # Logs without the deck do not have the cards.
    return streets if needed and len(hand.deck) >= needed else []


def hunt(table: Table, command: RabbitHunt) -> TableEvent:
    """A player asks to see the cards."""
    number, last = table.seat_of(command.player), table.last_hand
    rabbit = None if last is None else last.rabbit
    if last is None or rabbit is None or last.number != command.hand or rabbit.shown:
        raise Illegal("nothing_to_hunt", f"no cards of hand {command.hand} can be shown")
    if number is None or not last.cards[number]:
        raise Illegal("nothing_to_hunt", f"you were not in hand {command.hand}")
    if number in rabbit.agreed:
        raise Illegal("already_so", "you have agreed already")
    return RabbitAgreed(last.number, number)


def shown_rabbit(table: Table) -> list[TableEvent]:
    """The cards, once enough players agree."""
    last = table.last_hand
    rabbit = None if last is None else last.rabbit
    if last is None or rabbit is None or rabbit.shown or not rabbit.agreed or not rabbit.cards:
        return []
    in_hand = {number for number, cards in enumerate(last.cards) if cards}
    if table.config.house.rabbit_hunt != "open" and not in_hand <= set(rabbit.agreed):
        return []
    return [RabbitShown(last.number, _boards(rabbit))]


def _boards(rabbit: Rabbit) -> list[list[Card]]:
    """The cards of each board; a street is dealt to all boards before the next one."""
    boards: list[list[Card]] = [[] for _ in range(rabbit.boards)]
    dealt = 0
    for count in rabbit.streets:
        for board in boards:
            board.extend(rabbit.cards[dealt : dealt + count])
            dealt += count
    return boards
