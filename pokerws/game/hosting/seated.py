"""Finds the seat of a player by id, for commands of the host."""

from pokerws.game.illegal import Details, Illegal
from pokerws.game.state import PlayerId, Seat, Table


def seat_of_player(table: Table, player: PlayerId) -> tuple[int, Seat]:
    """The player's seat and its number.  Raises Illegal without one."""
    number = table.seat_of(player)
    seat = None if number is None else table.seats[number]
    if number is None or seat is None:
        text = f"{player} has no seat at this table"
        raise Illegal("not_seated", text, Details(field="player"))
    return number, seat
