"""The index of seats says the same as a look through all tables, whatever happens at them."""

import random

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Seat, Table, TableId
from pokerws.game.table import open_table
from pokerws.server.tables.lobby.seat_index import SeatIndex

PLAYERS = [PlayerId(f"p{number}") for number in range(8)]


def changed(rng: random.Random, tables: list[Table]) -> Table:
    """A table at which somebody has come or gone, or nothing has changed."""
    table = rng.choice(tables)
    number = rng.randrange(len(table.seats))
    player = rng.choice(PLAYERS)
    if table.seats[number] is not None:
        table.seats[number] = None
    elif table.seat_of(player) is None:
        table.seats[number] = Seat(player, player, 100)
    return table


def test_the_index_agrees_with_the_tables() -> None:
    rng, index = random.Random(7), SeatIndex()
    tables = [open_table(TableId(f"t{n}"), "One", TableConfig(seats=4))[0] for n in range(5)]
    known: set[TableId] = set()
    for _ in range(2_000):
        table = changed(rng, tables)
        players = [seat.player for seat in table.seats if seat is not None]
        if rng.random() < 0.1:
            index.forget(table.id)
            known.discard(table.id)
        else:
            before = list(index.players_at(table.id))
            assert index.follow(table) == (before != players)
            known.add(table.id)
        for player in PLAYERS:
            assert set(index.tables_of(player)) == {
                one.id for one in tables if one.id in known and player in index.players_at(one.id)
            }
        if table.id in known:
            assert list(index.players_at(table.id)) == players
