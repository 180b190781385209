"""Repairing a table that was set aside: `python server.py repair`.

Shown is what can still be read: the snapshot, and the table that the log leads to.  `restore` puts
the newest of them that has all the chips back into the row; `refund` closes the table and sends the
chips home.  What is replaced is first written to a file.  A server that still plays the table loses
it, as to any other new owner.
"""

import json
import os
from contextlib import aclosing
from copy import deepcopy
from pathlib import Path
from typing import Literal, NamedTuple, TextIO

import asyncpg

from pokerws.game.apply import apply
from pokerws.game.commands import Close
from pokerws.game.deal import shuffler
from pokerws.game.events import LogRestarted, TableEvent, tag_of
from pokerws.game.state import Table, TableId
from pokerws.game.table import play
from pokerws.storage.accounts import transfers_of
from pokerws.storage.database import reachable
from pokerws.storage.narrate import picture
from pokerws.storage.postgres import PostgresStore
from pokerws.storage.store import Change, EventRow, TableSnapshot
from pokerws.storage.stored_log import (
    IMPOSSIBLE,
    NO_LIMIT,
    UNREADABLE,
    Connection,
    NotStored,
    StoredGame,
    one_view,
    open_stored,
    open_table,
    printable,
    read_game,
    read_log,
)
from pokerws.storage.vault import Vault
from pokerws.storage.verify import LogReplay

CHIPS = """
SELECT balance, epoch, (SELECT count(*) FROM transfers WHERE game_id = games.id) AS transfers,
       (SELECT coalesce(max(seq), 0) FROM game_events WHERE game_id = games.id) AS log_seq
FROM games
WHERE id = $1
"""
ROW = "SELECT * FROM games WHERE id = $1"
EVENTS_AFTER = "SELECT * FROM game_events WHERE game_id = $1 AND seq > $2 ORDER BY seq"
# The new owner's epoch; only if nothing has happened since the row was looked at.
SEIZE = """
UPDATE games
SET epoch = epoch + 1, status = 'quarantined'
WHERE id = $1 AND epoch = $2 AND version = $3
RETURNING epoch
"""
CUT = "DELETE FROM game_events WHERE game_id = $1 AND seq > $2"
# Chips from before there was a ledger, at a table that could not be read when it began.
OPENING = """
WITH booked AS (
    INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
    SELECT now(), 'opening', 'house', 'table:' || id, $2::bigint, id, version
    FROM games WHERE id = $1 AND balance = 0
    RETURNING amount
), given AS (
    UPDATE accounts SET balance = balance - amount FROM booked WHERE id = 'house'
)
UPDATE games SET balance = amount, chips = amount FROM booked WHERE id = $1
"""

STATEMENTS = (CHIPS, ROW, EVENTS_AFTER, SEIZE, CUT, OPENING)
Action = Literal["show", "restore", "refund"]
STATEMENT_TIMEOUT_MS = 60_000


class RepairError(Exception):
    """The table was left as it is; the message is one line that says why."""


class Source(NamedTuple):
    """A state of the table that can still be read.  `what` is for people."""

    what: str
    table: Table
    hidden: bool


class Found(NamedTuple):
    """All that is known about a table: its row, and the states that can be read, newest first.

    `good_seq` is the last event of the log that can be replayed, `log_seq` the last there is.
    """

    row: StoredGame
    epoch: int
    balance: int
    has_transfers: bool
    log_seq: int
    good_seq: int
    sources: list[Source]
    problems: list[str]


async def repair(
    url: str,
    embedded_dir: Path | None,
    game: str,
    action: Action,
    out: TextIO,
    *,
    vault: Vault,
    backups: Path,
    now_ms: int,
) -> int:
    """Show a table that was set aside, or repair it; returns the exit code.

    Raises RepairError, DatabaseError and NotStored.
    """
    async with reachable(url, embedded_dir) as address:
        async with open_stored(address, None) as connection:
            found = await _look(connection, game, vault)
            kept = await _backup(connection, game, found.good_seq)
        if action == "show":
            _show(found, out)
            return 0
        _check_status(found.row.status, action)
        source = _choose(found, cards=action == "restore")
        change = _restored(found, source, vault, now_ms)
        if action == "refund":
            change = _refunded(found, source, vault, now_ms)
        file = _write(backups, f"{game}-{found.row.version}-{now_ms}.json", kept)
        print(f"the row and what is cut from the log are kept in {file}", file=out)
        await _put(address, found, source, change)
        if action == "refund":
            for move in change.transfers:
                print(f"{move.amount} chips to {printable(move.target)}", file=out)
            print(f"game {printable(game)} is closed, at event {change.version}", file=out)
        else:
            print(
                f"game {printable(game)} is {change.status} again, from {source.what}, at event "
                f"{change.version}",
                file=out,
            )
    return 0


async def _look(connection: Connection, game: str, vault: Vault) -> Found:
    problems: list[str] = []
    sources: list[Source] = []
    async with one_view(connection):
        row = await read_game(connection, game)
        chips = await connection.fetchrow(CHIPS, game)
        assert chips is not None, "the row was read in this view"
        log = await _replay(connection, game, vault, NO_LIMIT)
        mismatches, good_seq = log.mismatches, log.last_seq
        if log.broken and good_seq:
            # A state that an event has left half changed is not one to go back to.
            log = await _replay(connection, game, vault, good_seq)
    try:
        read = open_table(vault, row)
        if read.table.seq != row.version:
            problems.append(f"the snapshot is of event {read.table.seq}, the row of {row.version}")
        sources.append(Source("the snapshot", read.table, read.hidden))
    except (*UNREADABLE, *IMPOSSIBLE) as error:
        problems.append(f"the snapshot cannot be read: {printable(str(error))}")
    if log.table is not None:
        sources.append(Source(f"the log up to event {good_seq}", log.table, log.hidden))
    elif not log.begun:
        problems.append("there is no log: events were not kept")
    problems += mismatches
    return Found(
        row,
        chips["epoch"],
        chips["balance"],
        bool(chips["transfers"]),
        chips["log_seq"],
        good_seq,
        sources,
        problems,
    )


async def _replay(connection: Connection, game: str, vault: Vault, to_seq: int) -> LogReplay:
    log = LogReplay(game, vault)
    async with aclosing(read_log(connection, game, to_seq)) as events:
        async for event in events:
            if not log.take(event):
                break
    return log


def _show(found: Found, out: TextIO) -> None:
    row = found.row
    print(f"game {printable(row.id)}, {printable(row.name)}: {row.status}", file=out)
    print(
        f"version {row.version}, epoch {found.epoch}, log up to event {found.log_seq}, "
        f"{found.balance} chips by the ledger",
        file=out,
    )
    for problem in found.problems:
        print(f"  {problem}", file=out)
    for source in found.sources:
        chips = source.table.chips
        print(f"\n{source.what} has {chips} chips:", file=out)
        print(*picture(source.table, hidden=source.hidden), sep="\n", file=out)
    print(file=out)
    for action in ("restore", "refund"):
        try:
            chosen = _choose(found, cards=action == "restore")
        except RepairError as error:
            print(f"--{action} is not possible: {error}", file=out)
        else:
            print(f"--{action} would go by {chosen.what}", file=out)


def _check_status(status: str, action: Action) -> None:
    if status == "closed":
        raise RepairError("it is closed, and its chips are at home")
    if action == "restore" and status != "quarantined":
        raise RepairError(f"it is {status} and not in quarantine, so there is nothing to restore")


def _choose(found: Found, *, cards: bool) -> Source:
    """The state to go by: the newest that has all the chips, and its cards where these matter."""
    if not found.sources:
        raise RepairError("neither the snapshot nor the log can be read")
    for source in found.sources:
        # Of a snapshot that is not of its row's version, the row may have been edited.
        if source.table.seq not in (found.row.version, found.log_seq, found.good_seq):
            continue
        opening = not found.has_transfers and not found.balance
        if source.table.chips != found.balance and not opening:
            continue
        if not (cards and source.hidden):
            return source
    if cards and any(source.hidden for source in found.sources):
        raise RepairError("its cards cannot be opened: set VAULT_KEYS to the key that sealed them")
    raise RepairError(f"no state that can be read has the {found.balance} chips of the ledger")


def _restored(found: Found, source: Source, vault: Vault, now_ms: int) -> Change:
    table, events = _going_on(found, source)
    return _change(found, table, events, vault, now_ms)


def _going_on(found: Found, source: Source) -> tuple[Table, list[TableEvent]]:
    """The table to go on from, and the event that says so where its log does not lead to it.

    Its events then go on after all that were ever counted, so that no number comes twice.
    """
    table = deepcopy(source.table)
    is_whole = found.good_seq == found.log_seq
    if not found.log_seq or (is_whole and table.seq == found.log_seq):
        return table, []
    table.seq = max(found.row.version, found.log_seq)
    event = LogRestarted(deepcopy(table))
    apply(table, event)
    return table, [event]


def _refunded(found: Found, source: Source, vault: Vault, now_ms: int) -> Change:
    table, events = _going_on(found, source)
    events += play(table, Close("operator"), now_ms, shuffler(os.urandom))
    return _change(found, table, events, vault, now_ms)


def _change(
    found: Found, table: Table, events: list[TableEvent], vault: Vault, now_ms: int
) -> Change:
    first_seq = table.seq - len(events) + 1
    rows: list[EventRow] = []
    if found.log_seq:
        rows = [
            EventRow(
                seq,
                table.hand_number,
                tag_of(event),
                vault.seal_event(table.id, table.hand_number, event),
                now_ms,
            )
            for seq, event in enumerate(events, start=first_seq)
        ]
    snapshot, key_id = vault.seal_snapshot(TableSnapshot(table))
    return Change(
        table=TableId(found.row.id),
        name=found.row.name,
        status=table.status,
        config=table.config,
        players=table.players,
        hand_number=table.hand_number,
        total_pot=table.total_pot,
        expected=found.row.version,
        version=table.seq,
        epoch=found.epoch + 1,
        snapshot=snapshot,
        at_ms=now_ms,
        events=tuple(rows),
        chips=table.chips,
        transfers=transfers_of(table, events, first_seq, now_ms),
        key_id=key_id,
    )


async def _put(address: str, found: Found, source: Source, change: Change) -> None:
    game = found.row.id
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            if await connection.fetchval(SEIZE, game, found.epoch, found.row.version) is None:
                raise RepairError("it has changed meanwhile: look again")
            await connection.execute(CUT, game, found.good_seq)
            if source.table.chips != found.balance:
                await connection.execute(OPENING, game, source.table.chips)
    finally:
        await connection.close()
    store = await PostgresStore.open(address, statement_timeout_ms=STATEMENT_TIMEOUT_MS)
    try:
        if not await store.save([change]):
            raise RepairError("another server has taken it meanwhile")
    finally:
        await store.close()


async def _backup(connection: Connection, game: str, good_seq: int) -> bytes:
    """The row and the events that are about to be cut, as they are."""
    row = await connection.fetchrow(ROW, game)
    if row is None:
        raise NotStored(f"there is no game {printable(game)}")
    events = await connection.fetch(EVENTS_AFTER, game, good_seq)
    kept = {"game": dict(row), "events": [dict(event) for event in events]}
    return json.dumps(kept, default=str, indent=1).encode()


def _write(directory: Path, name: str, kept: bytes) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    with file.open("xb") as handle:
        handle.write(kept)
        handle.flush()
        os.fsync(handle.fileno())
    return file
