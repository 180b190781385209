"""Replays a stored log and notes what is wrong with it, for the operator's commands.

It validates what it replays, and expects damage anywhere.  It does no I/O.
"""

from collections.abc import Iterator
from copy import deepcopy

import msgspec
from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.events import (
    ChipsAdded,
    ChipsGiven,
    ChipsTaken,
    HandStarted,
    LogRestarted,
    PlayerSat,
    PlayerStood,
    RakeTaken,
    TableEvent,
    TableOpened,
    tag_of,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.secret_cards import comparable_table
from pokerws.game.state import Table
from pokerws.game.table import replay
from pokerws.maintenance.stored_log import (
    IMPOSSIBLE,
    ReadEvent,
    ReadTable,
    StoredEvent,
    printable,
)
from pokerws.maintenance.verify_ledger import ChipMove, Logged
from pokerws.storage.accounts import HOUSE, AccountId, account_at
from pokerws.storage.vault.kept_receipts import KeptReceipts
from pokerws.storage.vault.replayed import ReplayedReceipts, check_cards
from pokerws.storage.vault.vault import UNREADABLE

# Most differences reported for two states, and most mismatches for a log.
MOST_DIFFERENCES = 3
MOST_MISMATCHES = 20
# Fields whose values may be cards of a live hand.
SECRET = frozenset({"cards", "deck", "discards"})

_encode = msgspec.json.Encoder().encode


class LogReplay:
    """Replays a log event by event, with its receipts, and collects its mismatches.

    With a table `start` it begins with the event after it.  `events` counts the events replayed.
    `table` is None before the first event, and after one that failed half-way.  `hidden` says that
    cards of its hand could not be decrypted; `missing_keys` would have decrypted cards of this log.
    """

    def __init__(self, game: str, start: ReadTable | None = None) -> None:
        self.game = game
        self.table: Table | None = None
        self.hidden = False
        self.receipts = ReplayedReceipts({})
        self.missing_keys: set[str] = set()
        self.events = 0
        self.begun = False
        self.broken = False
        self.mismatches: list[str] = []
        self._moves: dict[int, ChipMove] = {}
        self._since = self._until = 0
        self._chips = 0
        self._chips_wrong = False
        if start is not None:
            self.table, self.hidden = deepcopy(start.table), start.hidden
            self._since = self._until = start.table.seq
            self._chips = start.table.chips
            self.take_receipts(start.receipts)

    def take_receipts(self, receipts: KeptReceipts) -> None:
        """Go on with the receipts of a snapshot, which may be of commands before the log's."""
        self.receipts = ReplayedReceipts({player: [*own] for player, own in receipts.items()})

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
                check_cards(self.table, event)
                apply(self.table, event)
            self.hidden = read.hidden or (
                self.hidden and not isinstance(event, HandStarted | LogRestarted)
            )
            self._check(row, event, self.table)
            self._follow(row, event, self.table)
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
                    and not same_tables(table, whole, hidden=hidden)
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
            case (
                PlayerSat(player=player, stack=chips)
                | ChipsAdded(player=player, amount=chips)
                | ChipsGiven(player=player, amount=chips)
            ):
                self._moved(row.seq, account_at(table, player), chips)
            case (
                PlayerStood(player=player, stack=chips) | ChipsTaken(player=player, amount=chips)
            ) if chips:
                self._moved(row.seq, account_at(table, player), -chips)
            case RakeTaken(amount=chips):
                self._moved(row.seq, HOUSE, -chips)
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

    def _follow(self, row: StoredEvent, event: TableEvent, table: Table) -> None:
        try:
            self.receipts.follow(row.seq, event, row.receipt, table)
        except UNREADABLE as error:
            self._note(f"event {row.seq}: its receipt cannot be read: {printable(str(error))}")

    def _moved(self, seq: int, account: AccountId, chips: int) -> None:
        self._chips += chips
        self._moves[seq] = ChipMove(account, chips)

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


def same_tables(one: Table, other: Table, *, hidden: bool) -> bool:
    """Whether two tables are the same to the byte; with hidden cards, in all that is public."""
    if hidden:
        one, other = comparable_table(one), comparable_table(other)
    return _encode(one) == _encode(other)


def unlike_log(stored: Table, replayed: Table, *, hidden: bool) -> str:
    """How a snapshot differs from the log up to its event; empty if it does not.

    `hidden`: cards of one of the two are unknown, so that only what is public is compared.  An
    archived log has no last hand where it restarts, since the next event is the start of another.
    A snapshot that the server has stored there has it still.
    """
    if replayed.last_hand is None and replayed.hand_number:
        stored = replace(stored, last_hand=None)
    if hidden:
        stored, replayed = comparable_table(stored), comparable_table(replayed)
    if _encode(stored) == _encode(replayed):
        return ""
    places = differences(stored, replayed, "the snapshot", "the replay")
    return f"the snapshot differs from the log at event {stored.seq}: {'; '.join(places)}"
