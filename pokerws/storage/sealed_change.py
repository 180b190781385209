"""What happened at a table as a `Change`, the one form in which a server and a repair store it."""

from collections.abc import Sequence

from pokerws.game.events import TableEvent, tag_of
from pokerws.storage.accounts import Transfer
from pokerws.storage.store import Change, EventRow, TableSnapshot
from pokerws.storage.vault import HandSeal, Vault


def sealed_change(
    state: TableSnapshot,
    events: Sequence[TableEvent],
    transfers: tuple[Transfer, ...],
    *,
    expected: int,
    epoch: int,
    at_ms: int,
    keep_events: bool,
    vault: Vault,
    seal: HandSeal | None = None,
) -> Change:
    """The change that `events` made; `state` is the table as they left it.

    It is to follow version `expected`; `seal` is the table's own, if it has one.
    """
    table = state.table
    first_seq = table.seq - len(events) + 1
    rows: tuple[EventRow, ...] = ()
    if keep_events:
        rows = tuple(
            EventRow(
                seq,
                table.hand_number,
                tag_of(event),
                vault.seal_event(table.id, table.hand_number, event),
                at_ms,
            )
            for seq, event in enumerate(events, start=first_seq)
        )
    snapshot, key_id = vault.seal_snapshot(state, seal)
    return Change(
        table=table.id,
        name=table.name,
        status=table.status,
        config=table.config,
        players=table.players,
        hand_number=table.hand_number,
        total_pot=table.total_pot,
        expected=expected,
        version=table.seq,
        epoch=epoch,
        snapshot=snapshot,
        at_ms=at_ms,
        events=rows,
        chips=table.chips,
        transfers=transfers,
        key_id=key_id,
    )
