"""Upgrades tables stored by older versions.

New fields have defaults; this module does what a default cannot express.
"""

from pokerws.game.state import Table


def upcast(table: Table) -> Table:
    """Upgrade a stored table in place.

    Older versions did not record who paid dead money: it was always the big blind's ante.
    """
    hand, big_blind = table.hand, table.big_blind
    if hand is None or big_blind is None:
        return table
    unnoted = hand.dead - sum(part.dead for part in hand.seats if part is not None)
    part = hand.seats[big_blind]
    if unnoted and part is not None:
        part.dead += unnoted
    return table
