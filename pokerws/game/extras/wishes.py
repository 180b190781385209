"""What a player wishes for at a table with extra rules: a bomb pot, and how to lose a showdown."""

from pokerws.game.commands import AutoMuck, VoteBombPot
from pokerws.game.events import AutoMuckSet, BombPotVoted, TableEvent
from pokerws.game.extras.votes import votes_of
from pokerws.game.illegal import Illegal
from pokerws.game.seating.seats import seat_of
from pokerws.game.state import Table


def vote_bomb_pot(table: Table, command: VoteBombPot) -> TableEvent:
    """Vote for the next hand to be a bomb pot, or take the vote back."""
    number, _ = seat_of(table, command.player)
    if table.config.house.bomb_pot_vote == "off":
        raise Illegal("no_bomb_pots", "players do not vote for bomb pots at this table")
    if (number in votes_of(table)) == command.on:
        raise Illegal("already_so", "no change: already set")
    return BombPotVoted(number, command.on)


def set_auto_muck(table: Table, command: AutoMuck) -> TableEvent:
    """Muck losing hands at the showdown, or show them."""
    number, seat = seat_of(table, command.player)
    if seat.auto_muck == command.on:
        raise Illegal("already_so", "no change: already set")
    return AutoMuckSet(number, command.on)
