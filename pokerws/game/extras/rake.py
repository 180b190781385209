"""The rake: what the house takes of the pots, before they are awarded.

A hand pays its percentage of all pots together, rounded down to a chip, and at most the cap.
Uncalled bets have been returned by then, so nothing is taken of them.  The pots pay in order, the
main pot first.  Each pays the rake of all pots up to it, minus what the pots before it have paid.
"""

from pokerws.game.config.table_config import Rake
from pokerws.game.events import RakeTaken, TableEvent
from pokerws.game.state import Hand, Pot, Table

# `percent` is in hundredths of a percent.
WHOLE = 10_000


def take_rake(table: Table, hand: Hand, pots: list[Pot]) -> tuple[list[TableEvent], list[Pot]]:
    """The rake of a hand that is about to be awarded, if any, and what is left of the pots."""
    rake = table.config.house.rake
    if rake is None or (rake.no_flop_no_drop and not hand.street):
        return [], pots
    parts = rake_of([pot.amount for pot in pots], rake, players=len(hand.order))
    if not any(parts):
        return [], pots
    left = [Pot(pot.amount - part, pot.seats) for pot, part in zip(pots, parts, strict=True)]
    return [RakeTaken(sum(parts), parts)], left


def rake_of(pots: list[int], rake: Rake, *, players: int) -> list[int]:
    """What each pot pays; `players` were dealt in."""
    cap = (rake.cap_heads_up if players == 2 else 0) or rake.cap
    parts: list[int] = []
    chips = paid = 0
    for amount in pots:
        chips += amount
        due = chips * rake.percent // WHOLE
        part = (min(due, cap) if cap else due) - paid
        parts.append(part)
        paid += part
    return parts
