"""Conditions that a table meets: for the list of tables, and to find a seat."""

from msgspec import Struct

from pokerws.game.config.table_config import Chips
from pokerws.messages.fields import FreeSeats, GameCodes, TableName


class TableFilter(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Conditions that a table must meet to be listed, all of them.

    The stakes of a table are its smallest bet: the big blind, or the small bet in fixed-limit
    games; in a mix, the lowest of its games.
    """

    games: GameCodes = ()
    min_stakes: Chips = 0
    max_stakes: Chips | None = None
    free_seats: FreeSeats = 0
    name: TableName | None = None
