"""Showing cards of the last hand: all, or some of them."""

from pokerws.game.cards import Card
from pokerws.game.commands import Show
from pokerws.game.events import HandShown, PartShown, TableEvent
from pokerws.game.extras.bonus import claimed_bonus
from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import Table


def show(table: Table, command: Show) -> list[TableEvent]:
    """Show the player's cards of the last hand, and claim the bonus that they win."""
    number, last = table.seat_of(command.player), table.last_hand
    if number is None or last is None or last.number != command.hand or not last.cards[number]:
        raise Illegal("nothing_to_show", f"you have no cards of hand {command.hand} to show")
    held, named = last.cards[number], command.cards
    if named is not None and not _are_held(named, held):
        details = Details(field="cards")
        raise Illegal("not_your_cards", "name cards of your hand, each once", details)
    seen = last.parts[number] if last.parts else []
    if number in last.shown or (named and not set(named).isdisjoint(seen)):
        raise Illegal("nothing_to_show", "your cards are already shown")
    if named and len(seen) + len(named) < len(held):
        return [PartShown(last.number, number, named)]
    return [HandShown(last.number, number, held), *claimed_bonus(table, number)]


def _are_held(named: list[Card], held: list[Card]) -> bool:
    return 0 < len(named) == len(set(named)) and set(named) <= set(held)
