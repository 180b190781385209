"""Repairs a quarantined table: `python server.py repair`.

`show` prints what can be read and which repairs are possible.  `restore` writes the newest state
with all chips back into the row.  `refund` closes the table and returns the chips to the players.
The replaced data are first written to a file; all changes are one transaction.  They raise the
epoch, so a server that still plays the table is fenced.
"""

import os
from copy import deepcopy
from pathlib import Path
from typing import Literal, NamedTuple, TextIO
from urllib.parse import quote

import msgspec

from pokerws.game.apply import apply
from pokerws.game.commands import Close, Resume
from pokerws.game.counted import counted
from pokerws.game.deal import shuffler
from pokerws.game.events import LogRestarted, TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.state import Hand, Table
from pokerws.game.table import play
from pokerws.maintenance.errors import RepairError
from pokerws.maintenance.narrate import moment, picture
from pokerws.maintenance.salvage import MARK, Found, Source, look
from pokerws.maintenance.stored_log import IMPOSSIBLE, open_stored, printable
from pokerws.storage.accounts import transfers_of
from pokerws.storage.fsync import sync_directory
from pokerws.storage.journal.change_builder import build_change
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import REJECTED, Connection
from pokerws.storage.postgres.save_statement import save_statement
from pokerws.storage.store import SEEN, Change, TableSnapshot
from pokerws.storage.vault.vault import Vault

WRITABLE = "SET TRANSACTION READ WRITE"
# Raises the epoch, if row and snapshot are still those that were read.  The columns are those that
# a save does not change.
SEIZE = f"""
UPDATE games
SET epoch = epoch + 1, owner_incarnation = NULL, given_to = NULL, name = $3, variant = $4,
    config = $5
WHERE id = $1 AND {MARK} = $2
RETURNING doubted_owners
"""  # noqa: S608  constants alone
# A save clears it; the next owner cancels a hand of which more was shown.
DOUBT = "UPDATE games SET doubted_owners = $2::text[] WHERE id = $1"
CUT = """
WITH gone AS (DELETE FROM game_log WHERE game_id = $1 AND seq > $2 RETURNING events)
SELECT coalesce(sum(events), 0) FROM gone
"""
# Chips from before there was a ledger, at a table that could not be read when it began.
OPENING = """
WITH booked AS (
    INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
    SELECT to_timestamp($4::bigint / 1000.0), 'opening', 'house', 'table:' || id, $2::bigint, id, $3
    FROM games WHERE id = $1
    RETURNING amount
), given AS (
    UPDATE accounts SET balance = balance - amount FROM booked WHERE id = 'house'
)
UPDATE games SET balance = amount, chips = amount FROM booked WHERE id = $1
"""

STATEMENTS = (SEIZE, DOUBT, CUT, OPENING)
Action = Literal["show", "restore", "refund"]
# Above this, a JavaScript number is not exact, so such a version is damage.
MOST_EVENTS = 2**52
MOST_PROBLEMS = 10
LONGEST_NAME = 150

_encode_config = msgspec.json.Encoder().encode


class Plan(NamedTuple):
    """A repair that is possible.

    `opening_seq` is the event under which to book the chips of `source` as an opening balance; None
    if they are booked already.
    """

    source: Source
    change: Change
    opening_seq: int | None


async def repair(
    address: Address,
    game: str,
    action: Action,
    out: TextIO,
    *,
    vault: Vault,
    backups: Path,
    now_ms: int,
) -> int:
    """Show a quarantined table, or repair it; returns the exit code.

    Raises RepairError, DatabaseError and NotStored.
    """
    async with open_stored(address) as connection:
        found = await look(connection, game, vault)
        if action == "show":
            _show(found, vault, backups, now_ms, out)
            return 0
        plan = _plan(found, action, vault, now_ms)
        file = _write(backups, f"{_stem(game)}-{found.row.version}-{now_ms}", found.rest)
        gone = f", and {counted(found.rest_count, 'event')} of the log" if found.rest_count else ""
        print(f"kept in {file}: the row as it was{gone}", file=out)
        await _put(connection, found, plan)
    name, change = printable(game), plan.change
    for line in _undone(found, plan.source):
        print(line, file=out)
    if action == "refund":
        for line in _homeward(change):
            print(line, file=out)
        print(f"game {name} is closed, with event {change.version}", file=out)
    else:
        print(
            f"game {name} is {change.status} again, from {plan.source.what}; a server that runs "
            "lists it within half a minute",
            file=out,
        )
    return 0


# ---- planning


def _plan(found: Found, action: Action, vault: Vault, now_ms: int) -> Plan:
    """What an action would write.  Raises RepairError."""
    _check_status(found, action)
    _check_books(found)
    source = _choose(found, cards=action == "restore")
    if action == "restore" and not vault.can_seal and source.table.hand is not None:
        raise RepairError("its cards cannot be sealed again: set VAULT_KEYS to a server's key")
    table, restart = _going_on(found, source, can_seal=vault.can_seal)
    before_seq = table.seq
    try:
        events = _played(table, source, action, now_ms, restart=restart)
    except (Illegal, *IMPOSSIBLE) as error:
        why = printable(str(error)) or type(error).__name__
        raise RepairError(f"the rules cannot go on from {source.what}: {why}") from error
    change = build_change(
        # Nobody sends a command to a closed table again.
        TableSnapshot(table, {} if action == "refund" else source.receipts),
        events,
        transfers_of(table, events, now_ms),
        expected=found.row.version,
        epoch=found.books.epoch + 1,
        at_ms=now_ms,
        keep_events=bool(found.books.log_seq),
        vault=vault,
    )
    return Plan(source, change, before_seq if _is_opening(found, source) else None)


def _played(
    table: Table, source: Source, action: Action, now_ms: int, *, restart: bool
) -> list[TableEvent]:
    """Resume or close the table; returns the events of that."""
    shuffle = shuffler(os.urandom)
    if action == "restore":
        if table.closed:
            return []
        # The time in quarantine is not charged to the player's clock.
        return play(table, Resume(source.saved_ms, 0, restart), now_ms, shuffle)
    events = _restarted(table) if restart else []
    return events + play(table, Close("operator"), now_ms, shuffle)


def _check_status(found: Found, action: Action) -> None:
    status = found.row.status
    if status == "closed" and (action == "restore" or not found.books.balance):
        raise RepairError("it is closed, and a closed table is not opened again")
    if action == "restore" and status != "quarantined":
        raise RepairError(f"it is {status} and not in quarantine, so there is nothing to restore")


def _check_books(found: Found) -> None:
    """Refuse to move chips that are not in the ledger."""
    books = found.books
    if not books.chips == books.balance == books.booked:
        raise RepairError(
            f"its chips do not add up: the columns chips and balance say {books.chips} and "
            f"{books.balance}, its transfers {books.booked}; find out who edited them, and put "
            "that right first"
        )


def _choose(found: Found, *, cards: bool) -> Source:
    """The newest state with all chips, and with its cards if they are needed."""
    if not found.sources:
        raise RepairError("neither the snapshot nor the log can be read: use a backup")
    fitting = [
        source
        for source in found.sources
        if source.table.chips == found.books.balance or found.books.unopened
    ]
    if not fitting:
        had = " and ".join(f"{source.what} has {source.table.chips}" for source in found.sources)
        raise RepairError(f"the ledger has {counted(found.books.balance, 'chip')} there, but {had}")
    open_ones = [one for one in fitting if not (cards and one.hidden and one.table.hand)]
    if not open_ones:
        raise RepairError(
            "its cards cannot be opened: set VAULT_KEYS to the key that sealed them, or refund"
        )
    return open_ones[0]


def _is_opening(found: Found, source: Source) -> bool:
    return found.books.unopened and source.table.chips > 0


def _going_on(found: Found, source: Source, *, can_seal: bool) -> tuple[Table, bool]:
    """The table to continue from, and whether its log restarts there.

    Unless the log leads to it, its events are numbered after all earlier ones, so that no number is
    used twice.
    """
    table = deepcopy(source.table)
    forgets = table.last_hand is not None and (source.hidden or not can_seal)
    if forgets:
        # Showing cards of a finished hand is not worth losing the table.
        table.last_hand = None
    if source.in_log and not forgets:
        return table, False
    table.seq = max(table.seq, _last_seq(found))
    if not found.books.log_seq:
        return table, False
    if table.seq == found.clean_seq:
        # Without a gap, the restart would have to equal the log's own last state.
        table.seq += 1
    return table, True


def _last_seq(found: Found) -> int:
    """The highest event number in the row or in the log."""
    version = found.row.version
    return max(found.books.log_seq, version if version <= MOST_EVENTS else 0)


def _restarted(table: Table) -> list[TableEvent]:
    """Restart the log before the table is closed; returns that event.

    Its cards are dropped: they may be unknown, the hand is cancelled next, and everybody leaves.
    """
    table.last_hand = None
    if table.hand is not None:
        table.hand = _without_cards(table.hand)
    event = LogRestarted(deepcopy(table))
    apply(table, event)
    return [event]


def _without_cards(hand: Hand) -> Hand:
    hand = deepcopy(hand)
    hand.deck, hand.discards = [], []
    for seat in hand.seats:
        if seat is not None and not seat.shown:
            seat.cards = []
    return hand


# ---- the output of `show`


def _show(found: Found, vault: Vault, backups: Path, now_ms: int, out: TextIO) -> None:
    row, books = found.row, found.books
    log = f"log up to event {books.log_seq}" if books.log_seq else "no log"
    print(f"game {printable(row.id)}, {printable(row.name)}: {row.status}", file=out)
    print(
        f"version {row.version}, epoch {books.epoch}, {log}, "
        f"{counted(books.balance, 'chip')} by the ledger, "
        f"last changed {moment(row.updated_at)} UTC",
        file=out,
    )
    print("hidden cards are shown: for the operator's eyes only", file=out)
    print("\nwhat is wrong:", file=out)
    if not found.problems:
        print("  nothing that can be seen here", file=out)
    for problem in found.problems[:MOST_PROBLEMS]:
        print(f"  {problem}", file=out)
    if len(found.problems) > MOST_PROBLEMS:
        print(f"  and {len(found.problems) - MOST_PROBLEMS} more, which verify tells", file=out)
    for source in found.sources:
        print(f"\n{source.what}, with {counted(source.table.chips, 'chip')}:", file=out)
        for line in picture(source.table, hidden=source.hidden):
            print(f"  {line}", file=out)
    print("\nwhat can be done:", file=out)
    _offer(found, "restore", vault, now_ms, out)
    _offer(found, "refund", vault, now_ms, out)
    print(f"either first saves a backup of the replaced data in {backups}", file=out)


def _offer(found: Found, action: Action, vault: Vault, now_ms: int, out: TextIO) -> None:
    try:
        plan = _plan(found, action, vault, now_ms)
    except RepairError as error:
        print(f"  --{action:<8} not possible: {error}", file=out)
        return
    what = "play goes on" if action == "restore" else "the table is closed"
    print(f"  --{action:<8} {what}, from {plan.source.what}", file=out)
    details = _undone(found, plan.source)
    if found.rest_count:
        events = counted(found.rest_count, "event is", "events are")
        details.append(f"{events} taken out of the log")
    if action == "refund":
        details += _homeward(plan.change)
    for detail in details:
        print(f"{'':<13}{detail}", file=out)


def _undone(found: Found, source: Source) -> list[str]:
    """Lines about the events after a state, if there are any."""
    count = _last_seq(found) - source.table.seq
    lines = [f"what happened after that is undone: {counted(count, 'event')}"] if count > 0 else []
    if _seen_since(found, source):
        lines.append("its hand is cancelled: players may have seen more of its cards")
    return lines


def _seen_since(found: Found, source: Source) -> list[str]:
    """Whether players may have seen more cards of the hand in play, as `Claimed.doubted` has it."""
    return [SEEN] if source.table.hand and _last_seq(found) > source.table.seq else []


def _homeward(change: Change) -> list[str]:
    return [
        f"{counted(move.amount, 'chip')} to {printable(move.target)}" for move in change.transfers
    ]


# ---- writing


async def _put(connection: Connection, found: Found, plan: Plan) -> None:
    """Write everything in one transaction.  Raises RepairError."""
    game, change = found.row.id, plan.change
    config = _encode_config(change.config).decode()
    columns = (change.name, change.config.variant, config)
    statement, arguments = save_statement([change], overwrite=False)
    try:
        async with connection.transaction():
            await connection.execute(WRITABLE)
            seized = await connection.fetchrow(SEIZE, game, found.books.mark, *columns)
            if seized is None:
                raise RepairError("it has changed meanwhile: look again")
            doubted = [*(seized["doubted_owners"] or ()), *_seen_since(found, plan.source)]
            if await connection.fetchval(CUT, game, found.clean_seq) != found.rest_count:
                raise RepairError("its log has changed meanwhile: look again")
            if plan.opening_seq is not None:
                chips = plan.source.table.chips
                await connection.execute(OPENING, game, chips, plan.opening_seq, change.at_ms)
            if not await connection.fetch(statement, *arguments):
                raise RepairError("it has changed meanwhile: look again")
            if doubted:
                await connection.execute(DOUBT, game, doubted)
    except REJECTED as error:
        why = str(error).partition("\n")[0]
        raise RepairError(f"the database refuses it, and nothing was changed: {why}") from error


def _stem(game: str) -> str:
    """A game's id as a part of a file's name; the file itself names the whole of it."""
    return quote(game, safe="")[:LONGEST_NAME]


def _write(directory: Path, stem: str, kept: bytes) -> Path:
    """Write a backup of the replaced data to disk, and sync it.  Raises RepairError."""
    file = directory / f"{stem}.json"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # Older rows may have cards that are not sealed.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(kept)
            handle.flush()
            os.fsync(handle.fileno())
        # The directory may be new as well.
        for place in (directory, directory.parent):
            sync_directory(place)
    except OSError as error:
        raise RepairError(
            f"{file} cannot be written: {error.strerror or error}; make room there, or give "
            "another directory (--backup)"
        ) from error
    return file
