"""Changes to put into stores, with all that does not matter filled in."""

from collections.abc import Sequence
from typing import Literal

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.storage.accounts import Reason, Transfer, player_account, table_account
from pokerws.storage.store import Change, EventRow, LogRow

START_MS = 1_780_000_000_123


def change(
    table: str = "t1",
    expected: int = 0,
    version: int | None = None,
    *,
    epoch: int = 1,
    name: str = "Main table",
    status: Literal["waiting", "active", "closed"] = "active",
    players: int = 2,
    hand_number: int = 1,
    total_pot: int = 150,
    snapshot: bytes | None = None,
    narrow: bool = False,
    at_ms: int = START_MS,
    events: bool = True,
    receipt: bytes = b"",
    mark: str = "",
    chips: int = 0,
    transfers: tuple[Transfer, ...] = (),
) -> Change:
    """A change from `expected` to `version`, which is the next one by default.

    A `narrow` one has no snapshot.
    """
    version = expected + 1 if version is None else version
    rows = [event(seq, mark, at_ms) for seq in range(expected + 1, version + 1)]
    if snapshot is None and not narrow:
        snapshot = b'{"seq":%d,"mark":"%s"}' % (version, mark.encode())
    return Change(
        table=TableId(table),
        name=name,
        status=status,
        config=TableConfig(seats=6),
        players=players,
        hand_number=hand_number,
        total_pot=total_pot,
        expected=expected,
        version=version,
        epoch=epoch,
        snapshot=snapshot,
        at_ms=at_ms,
        log=(logged(rows, receipt),) if events and rows else (),
        chips=chips,
        transfers=transfers,
    )


def event(seq: int, mark: str = "", at_ms: int = START_MS, receipt: bytes = b"") -> EventRow:
    """An event of the log."""
    payload = b'{"type":"checked","seat":%d,"m":"%s"}' % (seq, mark.encode())
    return EventRow(seq, 1, "checked", payload, at_ms, receipt)


def logged(events: Sequence[EventRow], receipt: bytes = b"") -> LogRow:
    """The row of the log for the events of one command."""
    last = events[-1]
    payload = b"[%s]" % b",".join(event.payload for event in events)
    return LogRow(last.seq, len(events), last.hand_number, payload, last.at_ms, receipt)


def brings(
    player: str, amount: int, seq: int, table: str = "t1", reason: Reason = "buy_in"
) -> Transfer:
    """Chips that a player brings to a table."""
    source, target = player_account(PlayerId(player)), table_account(TableId(table))
    return Transfer(source, target, amount, reason, seq, START_MS)


def takes(player: str, amount: int, seq: int, table: str = "t1") -> Transfer:
    """Chips that a player takes home."""
    source, target = table_account(TableId(table)), player_account(PlayerId(player))
    return Transfer(source, target, amount, "cash_out", seq, START_MS)
