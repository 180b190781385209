"""The seven-deuce bonus: each other player of a hand pays the winner for a seven and a deuce.

It is won in hold'em, by the player who wins the whole main pot, on every board, and shows both
cards: at the showdown, or after a win without one, before the next hand.  The pots must hold more
than the blinds and antes, so that a walk wins none.  A player with too few chips pays the whole
stack.
"""

from collections.abc import Iterable

from pokerws.game.cards import Card
from pokerws.game.config.stakes import forced_of, stakes_of
from pokerws.game.events import BonusPaid, CardsShown, PotAwarded, Share, TableEvent
from pokerws.game.state import Hand, Pot, Table
from pokerws.game.variants import VARIANTS, Forced, Variant


def claimant(table: Table, hand: Hand, pots: list[Pot], winner: int) -> int | None:
    """The seat that may claim the bonus of an uncontested hand, whatever its cards are."""
    return winner if _is_played(table, hand, pots) else None


def showdown_bonus(
    table: Table, hand: Hand, pots: list[Pot], events: Iterable[TableEvent]
) -> list[TableEvent]:
    """The bonus that the `events` of a showdown lead to; `table` is the one before them."""
    if not _is_played(table, hand, pots):
        return []
    won: dict[int, int] = {}
    winners: set[int] = set()
    shown: dict[int, list[Card]] = {
        number: part.cards
        for number, part in enumerate(hand.seats)
        if part is not None and part.shown
    }
    for event in events:
        if isinstance(event, PotAwarded):
            for share in event.shares:
                won[share.seat] = won.get(share.seat, 0) + share.amount
                if not event.pot:
                    winners.add(share.seat)
        elif isinstance(event, CardsShown):
            shown[event.seat] = event.cards
    if len(winners) != 1:
        return []
    (winner,) = winners
    if not is_seven_deuce(shown.get(winner, [])):
        return []
    stacks = {
        number: seat.stack + won.get(number, 0)
        for number in hand.order
        if number != winner and (seat := table.seats[number]) is not None
    }
    return paid_by(stacks, winner, table.config.house.seven_deuce)


def claimed_bonus(table: Table, number: int) -> list[TableEvent]:
    """The bonus of a player who now shows the cards of an uncontested hand."""
    last = table.last_hand
    if last is None or last.claimant != number or not is_seven_deuce(last.cards[number]):
        return []
    stacks = {
        other: seat.stack
        for other, seat in enumerate(table.seats)
        if seat is not None and other != number and last.cards[other]
    }
    return paid_by(stacks, number, table.config.house.seven_deuce)


def paid_by(stacks: dict[int, int], winner: int, chips: int) -> list[TableEvent]:
    """The payments of these stacks to the winner."""
    paid = [Share(number, min(chips, stack)) for number, stack in stacks.items() if stack]
    total = sum(share.amount for share in paid)
    return [BonusPaid("seven_deuce", paid, [Share(winner, total)])] if total else []


def is_seven_deuce(cards: list[Card]) -> bool:
    """Whether these are a seven and a deuce, of any suits."""
    return sorted(card[0] for card in cards) == ["2", "7"]


def _is_played(table: Table, hand: Hand, pots: list[Pot]) -> bool:
    variant = VARIANTS[hand.variant]
    if not table.config.house.seven_deuce or variant.history_name != "Hold'em":
        return False
    return sum(pot.amount for pot in pots) > _forced_bets(table, hand, variant)


def _forced_bets(table: Table, hand: Hand, variant: Variant) -> int:
    """The blinds and antes of a hand; a bomb pot has none that all the others did not match."""
    if hand.bomb_pot:
        return 0
    stakes = stakes_of(table.config, variant)
    forced = forced_of(table.config, variant)
    one_ante = forced is Forced.BLINDS and table.config.ante_kind == "big_blind"
    return (
        stakes.small_blind + stakes.big_blind + stakes.ante * (1 if one_ante else len(hand.order))
    )
