"""Votes for a bomb pot: each is for the next hand, and counts if its player is dealt in."""

from collections.abc import Sequence

from pokerws.game.state import Table


def votes_of(table: Table) -> Sequence[int]:
    """The seats that voted for the next hand to be a bomb pot."""
    return () if table.extras is None else table.extras.bomb_votes


def is_voted(table: Table, dealt_in: Sequence[int]) -> bool:
    """Whether the votes of those dealt in make the next hand a bomb pot."""
    rule = table.config.house.bomb_pot_vote
    votes = votes_of(table)
    if rule == "off" or not votes:
        return False
    count = sum(seat in votes for seat in dealt_in)
    return count == len(dealt_in) if rule == "all" else 2 * count > len(dealt_in)
