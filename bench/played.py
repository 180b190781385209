"""Changes to tables from real play: six players, random legal actions, sealed as in a server.

So snapshots and events have the size and content that a server stores. This module touches no
database and measures nothing.
"""

from collections.abc import Iterator
from random import Random
from statistics import fmean

import msgspec
from msgspec.structs import replace

from bench.hands import NOW_MS, OurTable
from pokerws.game import commands
from pokerws.game.events import TableEvent
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import play
from pokerws.storage.accounts import HOUSE, Transfer, table_account
from pokerws.storage.journal.change_builder import build_change
from pokerws.storage.store import Change, LogRow, Receipt, TableSnapshot
from pokerws.storage.vault.vault import KEY_BYTES, Vault, VaultKey

EVENTS_A_CHANGE = 2
TABLES, HANDS = 12, 25
# A server keeps so many receipts per player, besides one of taking the seat.
RECEIPTS = 4
VAULT = Vault([VaultKey("bench", bytes(KEY_BYTES))])


def play_table(seed: int, hands: int) -> Iterator[Change]:
    """The changes of one table, one per action, from its second hand on."""
    rng, playing = Random(seed), OurTable()
    table = playing.table
    receipts = {player: [_receipt(rng, "$")] for player in playing.players}
    for _ in range(hands):
        playing.prepare()
        play(table, commands.TimeUp(), NOW_MS, playing.shuffle)
        while table.hand is not None:
            act = playing.choose(table.hand, rng.random)
            events = play(table, act, NOW_MS, playing.shuffle)
            _remember(receipts, act.player, _receipt(rng, "", table.seq))
            if table.hand_number > 1:
                yield _change(TableSnapshot(table, receipts), events)


def _receipt(rng: Random, mark: str, seq: int = 1) -> Receipt:
    return Receipt(f"{mark}.{rng.randbytes(6).hex()}", seq)


def _remember(receipts: dict[PlayerId, list[Receipt]], player: PlayerId, receipt: Receipt) -> None:
    seated, *acts = receipts[player]
    receipts[player] = [seated, *acts[1 - RECEIPTS :], receipt]


def _change(state: TableSnapshot, events: list[TableEvent]) -> Change:
    return build_change(
        state,
        events,
        (),
        expected=state.table.seq - len(events),
        epoch=1,
        at_ms=NOW_MS,
        keep_events=True,
        vault=VAULT,
    )


def _last_event(row: LogRow) -> LogRow:
    """A row of the log with the last of its events only."""
    (*_, last) = msgspec.json.decode(row.payload, type=list[msgspec.Raw])
    return replace(row, count=1, payload=b"[%b]" % bytes(last))


class Played:
    """Changes with two events each, as most have, in the order of play."""

    def __init__(self, tables: int = TABLES, hands: int = HANDS) -> None:
        self.steps = [
            change
            for seed in range(tables)
            for change in play_table(seed, hands)
            if change.version - change.expected == EVENTS_A_CHANGE
        ]
        fresh = OurTable(players=0)
        self.opened = _change(TableSnapshot(fresh.table), fresh.events)

    @property
    def snapshot_bytes(self) -> float:
        """The mean size of a snapshot."""
        return fmean(len(step.snapshot or b"") for step in self.steps)

    def opening(self, table: TableId) -> Change:
        """The change that inserts a table's row."""
        return replace(self.opened, table=table)

    def steps_of(self, table: TableId, start: int) -> Iterator[Change]:
        """Endless changes of a table after its opening, as played from step `start` on.

        Sequence numbers are replaced, so that the changes follow each other. Chips and transfers
        stay as in the opening, since the store checks them against other rows.
        """
        version, place = self.opened.version, start
        while True:
            step = self.steps[place % len(self.steps)]
            place += 1
            (row,) = step.log
            yield replace(
                step,
                table=table,
                name=self.opened.name,
                expected=version,
                snapshot=None,
                version=version + row.count,
                log=(replace(row, seq=version + row.count),),
                chips=self.opened.chips,
            )
            version += row.count

    def stored(self, table: TableId, place: int) -> Change:
        """A table in the middle of a hand, as one change that inserts its row.

        Its log has the last event only, and its chips come from the house account.
        """
        step = self.steps[place % len(self.steps)]
        state = VAULT.open_snapshot(step.table, step.snapshot or b"")
        state.table.id = table
        snapshot, key_id = VAULT.seal_snapshot(state)
        bought_in = Transfer(
            HOUSE, table_account(table), step.chips, "opening", step.version, step.at_ms
        )
        return replace(
            step,
            table=table,
            expected=0,
            snapshot=snapshot,
            key_id=key_id,
            log=(_last_event(step.log[0]),),
            transfers=(bought_in,),
        )


def table_ids(seed: int, count: int) -> list[TableId]:
    """Random ids, as the lobby assigns them."""
    rng = Random(seed)
    return [TableId(rng.randbytes(6).hex()) for _ in range(count)]
