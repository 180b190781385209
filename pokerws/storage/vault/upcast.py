"""What older versions stored otherwise, brought into the form of today.

Fields that did not exist have defaults; here is what a default does not say.
"""

from pokerws.game.state import Table


def renewed(table: Table) -> Table:
    """A table as it was stored, changed in place.

    Which seat has put dead money into a hand was not noted: it was always the big blind's ante.
    """
    hand, big_blind = table.hand, table.big_blind
    if hand is None or big_blind is None:
        return table
    unnoted = hand.dead - sum(part.dead for part in hand.seats if part is not None)
    part = hand.seats[big_blind]
    if unnoted and part is not None:
        part.dead += unnoted
    return table
