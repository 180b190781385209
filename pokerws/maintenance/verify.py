"""Checks the database's consistency: `python server.py verify`.

For each game: the log has no gap, its replay equals the stored snapshot, the columns agree with the
snapshot, chips are conserved, and the ledger agrees.  It only reads, one game at a time.  Sealed
cards are checked only if their key is available.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import NamedTuple, TextIO

import msgspec

from pokerws.game.apply import apply
from pokerws.game.counted import counted
from pokerws.game.events import (
    ChipsAdded,
    HandStarted,
    LogRestarted,
    PlayerSat,
    PlayerStood,
    TableEvent,
    TableOpened,
    tag_of,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.secret_cards import comparable_table
from pokerws.game.state import PlayerId, Table
from pokerws.game.table import replay
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.progress import Progress
from pokerws.maintenance.stored_log import (
    IMPOSSIBLE,
    NO_KEYS,
    ReadEvent,
    ReadTable,
    StoredEvent,
    StoredGame,
    count_games,
    game_ids,
    one_view,
    open_stored,
    open_table,
    printable,
    read_game,
    read_log,
)
from pokerws.maintenance.verify_ledger import (
    ChipMove,
    LedgerVerdict,
    Logged,
    verify_chips,
    verify_ledger,
)
from pokerws.storage.accounts import player_account
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import UNREADABLE, Vault

# Most differences reported for two states, and most mismatches for a log.
MOST_DIFFERENCES = 3
MOST_MISMATCHES = 20
# Statuses that are set in the row and not in the snapshot.
SET_ASIDE = ("closed", "quarantined")
# Fields whose values may be cards of a live hand.
SECRET = frozenset({"cards", "deck", "discards"})

_encode = msgspec.json.Encoder().encode


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
        async with aclosing(read_log(connection, vault, game)) as events:
            async for read_event in events:
                if not log.take(read_event):
                    break
        read, wrong = _snapshot(vault, row)
        table = None if read is None else read.table
        ledger = await verify_chips(connection, game, table, log.logged)
    mismatches = log.mismatches + wrong + ledger
    missing_keys = set(log.missing_keys)
    logged = log.begun
    if read is not None:
        if read.broken:
            mismatches.append(f"the snapshot cannot be opened: {printable(read.broken)}")
        if read.missing:
            missing_keys.add(read.missing)
        behind = log.table is not None and log.table.seq < read.table.seq
        logged = log.begun and not (events_off and behind)
        if log.table is not None and not log.broken and logged:
            mismatches += _against_log(read.table, log.table, hidden=log.hidden or read.hidden)
    return Verdict(game, row.version, log.events, logged, mismatches, frozenset(missing_keys))


def _snapshot(vault: Vault, row: StoredGame) -> tuple[ReadTable | None, list[str]]:
    """The table of a row, and where the columns differ from it; None if it cannot be read."""
    try:
        read = open_table(vault, row)
        return read, list(_columns(row, read))
    except (*UNREADABLE, *IMPOSSIBLE) as error:
        return None, [f"the snapshot cannot be read: {printable(str(error))}"]


class LogReplay:
    """Replays a log event by event, and collects its mismatches.

    `events` counts the events replayed.  `table` is None before the first event, and after one that
    failed half-way.  `hidden` says that cards of its hand could not be decrypted; `missing_keys`
    would have decrypted cards of this log.
    """

    def __init__(self, game: str) -> None:
        self.game = game
        self.table: Table | None = None
        self.hidden = False
        self.missing_keys: set[str] = set()
        self.events = 0
        self.begun = False
        self.broken = False
        self.mismatches: list[str] = []
        self._moves: dict[int, ChipMove] = {}
        self._since = self._until = 0
        self._chips = 0
        self._chips_wrong = False

    @property
    def last_seq(self) -> int:
        """The last event that was replayed, 0 before the first."""
        return self._until

    @property
    def logged(self) -> Logged:
        """The chip movements since the log began or restarted."""
        return Logged(self._moves, self._since, self._until)

    def take(self, read: ReadEvent) -> bool:
        """Replay the next event; False if the replay cannot go on after it."""
        self.begun = True
        row, event = read.row, read.event
        if event is None:
            return self._broken(f"event {row.seq} cannot be read: {printable(read.broken)}")
        if read.broken:
            self._note(f"event {row.seq} cannot be opened: {printable(read.broken)}")
        if read.missing:
            self.missing_keys.add(read.missing)
        try:
            wrong = self._begin(row.seq, event, hidden=self.hidden or read.hidden)
            if wrong:
                return self._broken(wrong)
            if self.table is None:
                raise Inconsistent("it comes before the table is opened")
            if row.seq != self.table.seq:
                apply(self.table, event)
            self.hidden = read.hidden or (
                self.hidden and not isinstance(event, HandStarted | LogRestarted)
            )
            self._check(row, event, self.table)
        except IMPOSSIBLE as error:
            # A part of it may have been applied.
            self.table = None
            why = printable(str(error)) or type(error).__name__
            return self._broken(f"event {row.seq} ({tag_of(event)}) cannot have happened: {why}")
        self.events += 1
        return True

    def _begin(self, seq: int, event: TableEvent, *, hidden: bool) -> str:
        """Handle the start or restart of a log; returns what is wrong with its position."""
        table = self.table
        match event:
            case LogRestarted(table=Table() as whole):
                if whole.seq != seq - 1:
                    return f"event {seq} (log_restarted) holds the table of event {whole.seq}"
                if (
                    table is not None
                    and table.seq == whole.seq
                    and not _same(table, whole, hidden=hidden)
                ):
                    where = "; ".join(differences(whole, table, "the event", "the replay"))
                    return f"event {seq} (log_restarted) is not about the table before it: {where}"
                self.table = replay([event])
                self._chips = whole.chips
            case TableOpened() if seq == 1:
                self.table = replay([event])
            case TableOpened():
                return f"event {seq} opens the table once more"
            case _ if table is None:
                return f"the log begins with event {seq} ({tag_of(event)})"
            case _ if seq != table.seq + 1:
                missing = f"events {table.seq + 1} to {seq - 1} are"
                if seq == table.seq + 2:
                    missing = f"event {seq - 1} is"
                return f"{missing} missing from the log"
        return ""

    def _check(self, row: StoredEvent, event: TableEvent, table: Table) -> None:
        if row.type != tag_of(event):
            self._note(
                f"event {row.seq}: the column type says {row.type!r}, the payload {tag_of(event)!r}"
            )
        if row.hand_number != table.hand_number:
            self._note(
                f"event {row.seq}: the column hand_number says {row.hand_number}, the replay "
                f"{table.hand_number}"
            )
        match event:
            case PlayerSat(player=player, stack=chips) | ChipsAdded(player=player, amount=chips):
                self._moved(row.seq, player, chips)
            case PlayerStood(player=player, stack=chips) if chips:
                self._moved(row.seq, player, -chips)
            case LogRestarted() | TableOpened():
                self._moves.clear()
                self._since = row.seq
            case _:
                pass
        self._until = row.seq
        there = table.chips
        if there != self._chips and not self._chips_wrong:
            # Reported once; later events may be right, starting from these chips.
            self._chips_wrong = True
            self._note(
                f"chips are not conserved: after event {row.seq} ({tag_of(event)}) {there} are at "
                f"the table, and {self._chips} were brought and not taken away"
            )

    def _moved(self, seq: int, player: PlayerId, chips: int) -> None:
        self._chips += chips
        self._moves[seq] = ChipMove(player_account(player), chips)

    def _note(self, mismatch: str) -> None:
        if len(self.mismatches) < MOST_MISMATCHES:
            self.mismatches.append(mismatch)
        elif len(self.mismatches) == MOST_MISMATCHES:
            self.mismatches.append("the log has more mismatches, which are not shown")

    def _broken(self, mismatch: str) -> bool:
        self.broken = True
        self.mismatches.append(mismatch)
        return False


def differences(one: Table, other: Table, first: str, second: str) -> list[str]:
    """The first few differences between two tables, without cards.

    `first` and `second` are their names in the text.
    """
    found: list[str] = []
    for path, left, right in _differing(msgspec.to_builtins(one), msgspec.to_builtins(other), ""):
        if len(found) == MOST_DIFFERENCES:
            found.append("and more")
            break
        secret = SECRET & set(path.replace("[", ".").split("."))
        if secret or isinstance(left, dict | list) or isinstance(right, dict | list):
            found.append(f"{path} differs")
        else:
            found.append(f"{path} is {left!r} in {first} and {right!r} in {second}")
    return found


def _differing(one: object, other: object, path: str) -> Iterator[tuple[str, object, object]]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key in one:
            yield from _differing(one[key], other[key], f"{path}.{key}" if path else str(key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, f"{path}[{place}]")
    elif one != other:
        yield path, one, other


def _columns(row: StoredGame, read: ReadTable) -> Iterator[str]:
    """Differences between the columns and the snapshot."""
    table = read.table
    said = {
        "id": (row.id, table.id),
        "name": (row.name, table.name),
        "status": (row.status, row.status if row.status in SET_ASIDE else table.status),
        "variant": (row.variant, table.config.variant),
        "players": (row.players, table.players),
        "hand_number": (row.hand_number, table.hand_number),
        "total_pot": (row.total_pot, table.total_pot),
        "version": (row.version, table.seq),
        "key_id": (row.key_id, read.key_id),
    }
    for column, (stored, meant) in said.items():
        if stored != meant:
            yield f"the column {column} says {stored!r}, the snapshot {meant!r}"


def _same(one: Table, other: Table, *, hidden: bool) -> bool:
    """Whether two tables are the same to the byte; with hidden cards, in all that is public."""
    if hidden:
        one, other = comparable_table(one), comparable_table(other)
    return _encode(one) == _encode(other)


def _against_log(stored: Table, replayed: Table, *, hidden: bool) -> Iterator[str]:
    """Differences between the snapshot and the replayed log."""
    if replayed.seq < stored.seq:
        yield (
            f"the log ends with event {replayed.seq}, and the snapshot is of event {stored.seq}: "
            f"events were lost, or have not been kept since"
        )
    elif replayed.seq > stored.seq:
        yield f"the log goes on to event {replayed.seq} after the snapshot's, {stored.seq}"
    elif not _same(stored, replayed, hidden=hidden):
        if hidden:
            stored, replayed = comparable_table(stored), comparable_table(replayed)
        places = differences(stored, replayed, "the snapshot", "the replay")
        yield f"the snapshot differs from its log's final state: {'; '.join(places)}"
