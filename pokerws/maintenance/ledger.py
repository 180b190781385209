"""Prints the ledger of a table as CSV: `python server.py ledger TABLE`.  It only reads."""

from contextlib import aclosing
from typing import TextIO

from pokerws.game.apply import apply
from pokerws.game.events import PlayerSat
from pokerws.game.state import PlayerId, Table
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.stored_log import (
    IMPOSSIBLE,
    NO_KEYS,
    one_view,
    open_stored,
    open_table,
    printable,
    read_game,
    read_log,
)
from pokerws.storage.ledgers import csv_of, lines_of, rake_in, settle_all, stacks_at, with_bank
from pokerws.storage.postgres.accounts import TABLE_TOTALS, totals_in
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import UNREADABLE, Vault

NO_LIMIT = 2**63 - 1


async def print_ledger(address: Address, game: str, out: TextIO, *, vault: Vault = NO_KEYS) -> int:
    """Write a game's ledger to `out`; names are those of the log.

    Returns 0.  Raises DatabaseError, and NotStored if there is no such game, or its state cannot be
    read.
    """
    async with open_stored(address) as connection, one_view(connection):
        table, names, is_over = await _state(connection, game, vault)
        rows = await connection.fetch(TABLE_TOTALS, game, NO_LIMIT, "", NO_LIMIT)
    totals = with_bank(table, totals_in(rows), is_over=is_over)
    lines, rake = lines_of(totals, {} if is_over else stacks_at(table)), rake_in(totals)
    out.write(csv_of(lines, names, settle_all(lines, rake), rake))
    return 0


async def _state(
    connection: Connection, game: str, vault: Vault
) -> tuple[Table, dict[PlayerId, str], bool]:
    """A game's state as its log leads to it, its players' names, and whether it is closed."""
    row = await read_game(connection, game)
    names: dict[PlayerId, str] = {}
    try:
        table = open_table(vault, row).table
        async with aclosing(read_log(connection, vault, game)) as events:
            async for read in events:
                if isinstance(read.event, PlayerSat):
                    names[read.event.player] = read.event.name
                if read.event is not None and read.row.seq == table.seq + 1:
                    apply(table, read.event)
    except (*UNREADABLE, *IMPOSSIBLE) as error:
        raise NotStored(f"game {printable(game)} cannot be read: {error}") from error
    if table.seq < row.version:
        raise NotStored(f"the log of game {printable(game)} ends before its row")
    names.update((line.player, line.name) for line in table.hosting.bank)
    names.update((seat.player, seat.name) for seat in table.seats if seat is not None)
    return table, names, row.status == "closed"
