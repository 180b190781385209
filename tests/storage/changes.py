"""Changes to put into stores, with all that does not matter filled in."""

from typing import Literal

from pokerws.game.state import PlayerId, TableConfig, TableId
from pokerws.storage.accounts import Reason, Transfer, player_account, table_account
from pokerws.storage.store import Change, EventRow

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
    at_ms: int = START_MS,
    events: bool = True,
    mark: str = "",
    chips: int = 0,
    transfers: tuple[Transfer, ...] = (),
) -> Change:
    """A change from `expected` to `version`, which is the next one by default."""
    version = expected + 1 if version is None else version
    rows = tuple(event(seq, mark, at_ms) for seq in range(expected + 1, version + 1))
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
        snapshot=b'{"seq":%d,"mark":"%s"}' % (version, mark.encode())
        if snapshot is None
        else snapshot,
        at_ms=at_ms,
        events=rows if events else (),
        chips=chips,
        transfers=transfers,
    )


def event(seq: int, mark: str = "", at_ms: int = START_MS) -> EventRow:
    """An event of the log."""
    return EventRow(
        seq, 1, "checked", b'{"type":"checked","seat":%d,"m":"%s"}' % (seq, mark.encode()), at_ms
    )


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
