"""Shows how a table came to its state: `python server.py replay GAME`, to investigate an incident.

It prints the events of a game, and the table after the last one, with all cards that the vault can
decrypt.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TextIO

from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.log_replay import LogReplay
from pokerws.maintenance.narrate import moment, picture, tell
from pokerws.maintenance.stored_log import (
    IMPOSSIBLE,
    NO_KEYS,
    LogBounds,
    ReadEvent,
    StoredEvent,
    StoredGame,
    log_bounds,
    one_view,
    open_stored,
    open_table,
    printable,
    read_game,
    read_log,
)
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import UNREADABLE, Vault


async def replay_game(
    address: Address,
    game: str,
    out: TextIO,
    *,
    hand: int | None = None,
    to_seq: int | None = None,
    vault: Vault = NO_KEYS,
) -> int:
    """Write a line per event to `out`, of all hands or of one, up to `to_seq`; then the table.

    Returns 0, or 1 if the log is damaged; the output ends there.  Raises DatabaseError, and
    NotStored for an unknown game, hand or event.
    """
    async with open_stored(address) as connection, one_view(connection):
        row = await read_game(connection, game)
        bounds = await log_bounds(connection, game, hand, to_seq)
        if bounds is None and hand is None and to_seq is None:
            return _without_log(row, vault, out)
        first, last = await _asked(connection, game, bounds, hand, to_seq)
        _header(row, out)
        return await _tell(read_log(connection, vault, game, last), LogReplay(game), first, out)


async def _asked(
    connection: Connection,
    game: str,
    bounds: LogBounds | None,
    hand: int | None,
    to_seq: int | None,
) -> tuple[int, int]:
    """The first and last event to print.  Raises NotStored."""
    name = printable(game)
    if bounds is None:
        whole = await log_bounds(connection, game)
        if whole is None:
            raise NotStored(f"game {name} has no log: its events were not kept")
        raise NotStored(
            f"game {name} has no hand {hand} in its log, of events {whole.first} to {whole.last}"
        )
    if to_seq is None:
        return bounds.first, bounds.last
    if not bounds.has:
        where = "its log" if hand is None else f"hand {hand}"
        raise NotStored(
            f"game {name} has no event {to_seq} in {where}, of events {bounds.first} to "
            f"{bounds.last}"
        )
    return bounds.first, to_seq


def _header(row: StoredGame, out: TextIO) -> None:
    print(f"game {printable(row.id)}, {printable(row.name)}", file=out)
    print("hidden cards are shown: for the operator's eyes only; times are UTC", file=out)
    print(file=out)


def _without_log(row: StoredGame, vault: Vault, out: TextIO) -> int:
    """Show the snapshot alone."""
    try:
        read = open_table(vault, row)
        lines = list(picture(read.table, hidden=read.hidden))
    except (*UNREADABLE, *IMPOSSIBLE) as error:
        why = f"its snapshot cannot be read: {printable(str(error))}"
        raise NotStored(f"game {printable(row.id)} has no log, and {why}") from error
    _header(row, out)
    print("there is no log: its events were not kept", file=out)
    print(f"\nthe table after event {read.table.seq}, {moment(row.updated_at)}", file=out)
    print(*lines, sep="\n", file=out)
    if read.table.seq < row.version:
        print(f"events {read.table.seq + 1} to {row.version} of the log are missing", file=out)
    if read.broken:
        print(f"unknown cards could not be opened: {printable(read.broken)}", file=out)
    _missing({read.missing} if read.missing else set(), out)
    return 0


def _missing(keys: set[str], out: TextIO) -> None:
    if keys:
        named = ", ".join(printable(key) for key in sorted(keys))
        print(f"sealed cards are shown as unknown: VAULT_KEYS has no key {named}", file=out)


async def _tell(
    events: AsyncGenerator[ReadEvent, None], log: LogReplay, first: int, out: TextIO
) -> int:
    latest: StoredEvent | None = None
    async with aclosing(events):
        async for read in events:
            # Described before it is applied.  An unreadable event has no description.
            words = "" if read.event is None else tell(read.event, log.table)
            row = read.row
            if not log.take(read):
                print(f"the log is damaged: {log.mismatches[-1]}", file=out)
                break
            latest = row
            if row.seq >= first:
                print(f"{row.seq:>6}  {moment(row.at)}  {words}", file=out)
    if latest is not None and log.table is not None:
        print(f"\nthe table after event {latest.seq}, {moment(latest.at)}", file=out)
        print(*picture(log.table, hidden=log.hidden), sep="\n", file=out)
    elif latest is not None:
        print(f"to see the table before that, ask for it with --to {latest.seq}", file=out)
    if log.mismatches and not log.broken:
        print(f"there are mismatches, which verify tells: {log.mismatches[0]}", file=out)
    _missing(log.missing_keys, out)
    return 1 if log.broken else 0
