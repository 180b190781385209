"""Checks the database's consistency: `python server.py verify`.

For each game: the log has no gap, its replay equals the stored snapshot where it comes to it, and
leads to what the columns say.  Chips are conserved, and the ledger agrees.  It only reads, one game
at a time.  Sealed cards are checked only if their key is available.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import NamedTuple, TextIO

from pokerws.game.counted import counted
from pokerws.game.state import Table
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.log_replay import MOST_MISMATCHES, LogReplay, unlike_log
from pokerws.maintenance.progress import Progress
from pokerws.maintenance.stored_log import (
    IMPOSSIBLE,
    NO_KEYS,
    ReadEvent,
    ReadTable,
    StoredGame,
    count_games,
    game_ids,
    one_view,
    open_stored,
    open_table,
    printable,
    read_game,
    read_log,
    told_twice,
)
from pokerws.maintenance.verify_ledger import LedgerVerdict, verify_chips, verify_ledger
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import UNREADABLE, Vault

# Statuses that are set in the row and not in the snapshot.
SET_ASIDE = ("closed", "quarantined")


class Verdict(NamedTuple):
    """The result for a game.

    `events` is the number of events replayed.  `logged` is False without a log, or if events are
    off and the log ends before the snapshot.  `missing_keys` sealed cards that were not checked.
    """

    game: str
    version: int
    events: int
    logged: bool
    mismatches: list[str]
    missing_keys: frozenset[str] = frozenset()


async def verify(
    address: Address,
    game: str | None,
    out: TextIO,
    bar: TextIO,
    *,
    events_off: bool = False,
    vault: Vault = NO_KEYS,
) -> int:
    """Verify all games, or one; write mismatches and totals to `out`; return 1 on any mismatch.

    `events_off` says that the server no longer keeps events, so that a log may end before the
    snapshot.  `bar` gets a progress bar if it is a terminal.  Raises DatabaseError and NotStored.
    """
    totals = _Totals()
    async with open_stored(address) as connection:
        progress = Progress(bar, 1 if game is not None else await count_games(connection))
        try:
            async for one in _wanted(connection, game):
                try:
                    verdict = await verify_game(connection, one, vault, events_off=events_off)
                except NotStored:
                    if game is not None:
                        raise
                    # Deleted since the ids were read.
                    continue
                if verdict.mismatches:
                    progress.clear()
                for mismatch in verdict.mismatches:
                    print(f"game {printable(one)}: {mismatch}", file=out)
                totals.count(verdict)
                progress.show(totals.verified)
        finally:
            progress.clear()
        ledger = None if game is not None else await verify_ledger(connection)
    for line in totals.lines(ledger):
        print(line, file=out)
    return 1 if totals.mismatches or (ledger is not None and ledger.mismatches) else 0


class _Totals:
    """The counts so far."""

    def __init__(self) -> None:
        self.verified = self.mismatches = 0
        self._without_log = self._sealed = 0
        self._missing_keys: set[str] = set()

    def count(self, verdict: Verdict) -> None:
        """Add the result for a game."""
        self.verified += 1
        self.mismatches += len(verdict.mismatches)
        self._without_log += not verdict.logged
        self._sealed += bool(verdict.missing_keys)
        self._missing_keys |= verdict.missing_keys

    def lines(self, ledger: LedgerVerdict | None) -> Iterator[str]:
        """The last lines of the output; `ledger` is the result for the ledger, if it was read."""
        if ledger is not None:
            yield from (f"ledger: {mismatch}" for mismatch in ledger.mismatches)
        unlogged = f", {self._without_log} without a log" if self._without_log else ""
        mismatches = counted(self.mismatches, "mismatch", "mismatches")
        yield f"{counted(self.verified, 'game')} verified, {mismatches}{unlogged}"
        if ledger is not None:
            accounts, transfers = (
                counted(ledger.accounts, "account"),
                counted(ledger.transfers, "transfer"),
            )
            yield (
                f"{accounts} and {transfers} "
                f"verified, {counted(len(ledger.mismatches), 'mismatch', 'mismatches')}"
            )
        if self._missing_keys:
            keys = ", ".join(printable(key) for key in sorted(self._missing_keys))
            yield (
                f"sealed cards of {counted(self._sealed, 'game')} were not checked: "
                f"VAULT_KEYS has no key {keys}"
            )


async def _wanted(connection: Connection, game: str | None) -> AsyncIterator[str]:
    if game is not None:
        yield game
        return
    async for one in game_ids(connection):
        yield one


async def verify_game(
    connection: Connection, game: str, vault: Vault = NO_KEYS, *, events_off: bool = False
) -> Verdict:
    """Verify a game as it is at one instant.  Raises NotStored."""
    log = LogReplay(game)
    async with one_view(connection):
        row = await read_game(connection, game)
        check = _Check(row, vault)
        async with aclosing(read_log(connection, vault, game)) as events:
            async for read_event in events:
                if not log.take(read_event):
                    break
                check.follow(log, read_event)
        twice = await told_twice(connection, game, MOST_MISMATCHES)
        table, name = check.table(log)
        ledger = await verify_chips(connection, game, table, name, log.logged)
    logged = log.begun and not (events_off and check.is_newer_than(log))
    mismatches = [
        f"event {seq} is in two rows of the log, and the later one counts" for seq in twice
    ]
    mismatches += log.mismatches + check.mismatches(log, logged=logged) + ledger
    missing_keys = frozenset(log.missing_keys | check.missing_keys)
    return Verdict(game, row.version, log.events, logged, mismatches, missing_keys)


class _Check:
    """Compares a game's row and snapshot with its log, which is replayed meanwhile."""

    def __init__(self, row: StoredGame, vault: Vault) -> None:
        self.missing_keys: set[str] = set()
        self._row = row
        self._read: ReadTable | None = None
        self._wrong: list[str] = []
        self._unlike = ""
        # The keys of the snapshot and of the log after it.
        self._keys: set[str] = set()
        try:
            self._read = read = open_table(vault, row)
        except (*UNREADABLE, *IMPOSSIBLE) as error:
            self._wrong.append(f"the snapshot cannot be read: {printable(str(error))}")
            return
        if read.broken:
            self._wrong.append(f"the snapshot cannot be opened: {printable(read.broken)}")
        if read.missing:
            self.missing_keys.add(read.missing)
        if read.key_id is not None:
            self._keys.add(read.key_id)
        if read.table.seq != row.snapshot_version:
            self._wrong.append(
                f"the snapshot is of event {read.table.seq}, and the column beside it says "
                f"{row.snapshot_version}"
            )

    def follow(self, log: LogReplay, read: ReadEvent) -> None:
        """Look at an event that was replayed: it may be the snapshot's, or one after it."""
        if self._read is None or log.table is None:
            return
        if read.row.seq == self._read.table.seq:
            hidden = log.hidden or self._read.hidden
            self._unlike = unlike_log(self._read.table, log.table, hidden=hidden)
        elif read.row.seq > self._read.table.seq and (key := read.key_id) is not None:
            self._keys.add(key)

    def is_newer_than(self, log: LogReplay) -> bool:
        """Whether the log ends before the snapshot."""
        stored = None if self._read is None else self._read.table
        return stored is not None and log.table is not None and log.table.seq < stored.seq

    def table(self, log: LogReplay) -> tuple[Table | None, str]:
        """The state of now, and where it is from; None if neither snapshot nor log leads to it."""
        stored = None if self._read is None else self._read.table
        if stored is not None and stored.seq >= self._row.version:
            return stored, "the snapshot"
        if log.table is not None and not log.broken:
            return log.table, "the log"
        return None, ""

    def mismatches(self, log: LogReplay, *, logged: bool) -> list[str]:
        """What is wrong with the snapshot, with the row, and with where the log ends."""
        table, name = self.table(log)
        try:
            columns = [] if table is None else list(self._columns(table, name))
        except IMPOSSIBLE as error:
            columns = [f"{name} cannot be read: {printable(str(error))}"]
        found = self._wrong + columns
        if log.table is not None and not log.broken and logged:
            found += [self._unlike] if self._unlike else []
            found += _where_it_ends(log.table.seq, self._row, self._read)
        elif not log.begun and self._read is not None and self._read.table.seq < self._row.version:
            first = self._read.table.seq + 1
            found.append(f"events {first} to {self._row.version} are missing from the log")
        return found

    def _columns(self, table: Table, name: str) -> Iterator[str]:
        """Differences between the columns and the state of now."""
        row = self._row
        said = {
            "id": (row.id, table.id),
            "name": (row.name, table.name),
            "status": (row.status, row.status if row.status in SET_ASIDE else table.status),
            "variant": (row.variant, table.config.variant),
            "players": (row.players, table.players),
            "hand_number": (row.hand_number, table.hand_number),
            "total_pot": (row.total_pot, table.total_pot),
            # Where the log ends is told apart.
            "version": (row.version, table.seq if name == "the snapshot" else row.version),
        }
        for column, (stored, meant) in said.items():
            if stored != meant:
                yield f"the column {column} says {stored!r}, {name} {meant!r}"
        if self._read is not None and self._is_other_key(name):
            keys = ", ".join(map(repr, sorted(self._keys))) or "None"
            where = name if name == "the snapshot" else "the snapshot and the log after it"
            yield f"the column key_id says {row.key_id!r}, {where} {keys}"

    def _is_other_key(self, name: str) -> bool:
        """Whether the row does not name the key that is needed to load the game.

        With a log after the snapshot it may name a key that has sealed nothing since.
        """
        named = {self._row.key_id} - {None}
        return self._keys != named if name == "the snapshot" else not self._keys <= named


def _where_it_ends(seq: int, row: StoredGame, read: ReadTable | None) -> Iterator[str]:
    """What is wrong with the event with which the log ends."""
    if read is not None and seq < read.table.seq:
        yield (
            f"the log ends with event {seq}, and the snapshot is of event {read.table.seq}: "
            f"events were lost, or have not been kept since"
        )
    elif seq < row.version:
        yield f"the log ends with event {seq}, and the row is of event {row.version}"
    elif seq > row.version:
        yield f"the log goes on to event {seq} after the row's, {row.version}"
