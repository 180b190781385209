"""What is loaded of a table is what was in memory: the table, and the receipts of its players."""

import random
import re

import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game import commands
from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import Checked, PlayerSat
from pokerws.game.state import LastHand, PlayerId, Table, TableId
from pokerws.game.table import open_table
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.hydration import replay_log
from pokerws.storage.errors import LogBroken
from pokerws.storage.log_events import events_in
from pokerws.storage.store import Change, LoggedReceipt, LogRow, Receipt, TableSnapshot
from pokerws.storage.vault.kept_receipts import RECEIPT_PLAYERS
from pokerws.storage.vault.replayed import ReplayedReceipts, ReplayedTable
from tests.game.random_configs import random_config
from tests.server.fakes import FakeJournal, FakeOwner, FakeViewer, ManualClock, OpenStore
from tests.server.random_action import random_action
from tests.vaults import VAULT

T1 = TableId("t1")
STEPS = 150
encode = msgspec.json.encode


class _Journal(FakeJournal):
    """Writes each change at once."""

    def __init__(self, store: OpenStore) -> None:
        super().__init__()
        self._store = store
        self.rows: list[LogRow] = []

    def put(self, change: Change) -> None:
        assert self._store._save([change]) == {change.table}
        self.rows += change.log
        super().put(change)


class Played:
    """A table in random play, and the store that follows it."""

    def __init__(self, code: str, seed: int) -> None:
        self.rng = rng = random.Random(f"{code} {seed}")
        self.clock = ManualClock()
        self.store = OpenStore()
        self.journal = _Journal(self.store)
        config = replace(random_config(rng, code), turn_time_ms=10_000, next_hand_delay_ms=500)
        table, events = open_table(T1, "T", config)
        self.state = TableSnapshot(table)
        self.actor = TableActor(
            self.state,
            1,
            clock=self.clock,
            shuffle=shuffler(rng.randbytes),
            journal=self.journal,
            vault=VAULT,
            keep_events=True,
            owner=FakeOwner(),
        )
        self.journal.actor = self.actor
        self.actor.opened(events)
        self.sent: list[tuple[str, commands.Command]] = []

    def step(self) -> None:
        """Something happens: mostly an action, or the clock runs out, or somebody comes or goes."""
        table, rng = self.actor.table, self.rng
        roll = rng.random()
        if roll < 0.04:
            self.actor.store_snapshot()
        elif roll < 0.09 and self.sent:
            self._send(*rng.choice(self.sent[-8:]))
        elif roll < 0.70 and table.hand is not None and table.hand.turn is not None:
            self._do(random_action(rng, table))
        elif roll < 0.85 and table.deadline_ms is not None:
            self.clock.advance(max(0, table.deadline_ms - self.clock.now_ms()))
        else:
            self._do(self._wish())

    def _wish(self) -> commands.Command:
        table, rng = self.actor.table, self.rng
        seated = [seat.player for seat in table.seats if seat is not None]
        if not seated or (len(seated) < len(table.seats) and rng.random() < 0.5):
            player = PlayerId(f"p{rng.randrange(RECEIPT_PLAYERS + 40)}")
            return commands.Sit(player, player, None, table.config.max_buy_in)
        player = rng.choice(seated)
        last = table.last_hand
        return rng.choice(
            (
                commands.Stand(player),
                commands.Stand(player),
                commands.SitOut(player),
                commands.SitIn(player),
                commands.AddChips(player, None),
                commands.RunIt(player, rng.randint(1, 3)),
                commands.Straddle(player, on=rng.random() < 0.5),
                commands.Show(player, 0 if last is None else last.number, _one_of(last, rng)),
                commands.RabbitHunt(player, 0 if last is None else last.number),
                commands.VoteBombPot(player, on=rng.random() < 0.7),
                commands.AutoMuck(player, on=rng.random() < 0.5),
            )
        )

    def _do(self, command: commands.Command) -> None:
        command_id = str(self.rng.randrange(10 ** self.rng.choice((3, 30))))
        self.sent.append((command_id, command))
        self._send(command_id, command)

    def _send(self, command_id: str, command: commands.Command) -> None:
        self.actor.handle(FakeViewer(command.player), command_id, command)  # type: ignore[union-attr, arg-type]

    async def hydrated(self) -> ReplayedTable:
        stored = await self.store.look(T1)
        assert stored is not None
        assert stored.version == self.actor.table.seq
        assert stored.is_whole
        replayed = ReplayedTable.of(VAULT, T1, stored.snapshot, stored.snapshot_version)
        # A row for each command, as a store has them; the rest comes an event at a time.
        rows = [row for row in self.journal.rows if row.seq > stored.snapshot_version]
        await replay_log(self.store, replayed, stored.version, rows[: self.rng.randint(0, 60)])
        assert replayed.taken == stored.version - stored.snapshot_version
        return replayed


def _one_of(last: LastHand | None, rng: random.Random) -> list[Card] | None:
    """One card of the last hand that a player may hold; None for all."""
    held = [] if last is None else [card for cards in last.cards for card in cards]
    return [rng.choice(held)] if held and rng.random() < 0.7 else None


@pytest.mark.parametrize("code", [*VARIANTS, *MIXES])
async def test_memory_and_what_is_loaded_are_the_same_to_the_byte(code: str) -> None:
    played, replays = Played(code, seed=1), 0
    for step in range(STEPS):
        played.step()
        if step % 7 == 0:
            replayed = await played.hydrated()
            assert encode(replayed.snapshot) == encode(played.state)
            replays += replayed.taken > 0
            await _cut_like_an_archive(played)
    assert played.state.receipts
    assert replays > STEPS // 14
    assert played.actor.table.hand_number > 2


async def _cut_like_an_archive(played: Played) -> None:
    """Wherever the log is cut, what is left leads to the same table and receipts."""
    stored = await played.store.look(T1)
    assert stored is not None
    rows = await played.store.events(T1, stored.snapshot_version, 10_000)
    if not rows:
        return
    cut = played.rng.randrange(len(rows))
    first = ReplayedTable.of(VAULT, T1, stored.snapshot, stored.snapshot_version)
    first.take(rows[:cut])
    later = next((row.receipt for row in rows[cut:] if row.receipt), None)
    if later is not None:
        first._receipts.break_off(first.seq, later)
    rest = ReplayedTable(VAULT, msgspec.json.decode(encode(first.snapshot), type=TableSnapshot))
    rest.take(rows[cut:])
    assert encode(rest.snapshot) == encode(played.state)


def _damaged(row: LogRow) -> list[LogRow]:
    """The same row, changed by hand in several ways."""
    changes = {
        b'"seat":': b'"seat":77',
        b'"cards":["': b'"cards":["2c","2c","',
        b'"sealed":"test:': b'"sealed":"test:AAAA',
        b'"type":"turn_started"': b'"type":"turn_stopped"',
        b"}]": b"}",
        b"[{": b'[{"type":"board_dealt","cards":["2c"],"street":1},{',
    }
    edited = [row.payload.replace(old, new, 1) for old, new in changes.items()]
    found = [replace(row, payload=payload) for payload in edited if payload != row.payload]
    found.append(replace(row, receipt=b"[1]"))
    return [*found, replace(row, count=row.count + 1), replace(row, seq=row.seq + 1)]


@pytest.mark.parametrize("code", ["NT", "F7S", "F2L3D"])
def test_a_row_that_was_edited_is_told_as_its_events_are(code: str) -> None:
    """Rows are decoded whole, which must not let pass what an event alone would not."""
    played, broken = Played(code, seed=2), 0
    for _ in range(60):
        played.step()
    first = encode(TableSnapshot(open_table(T1, "T", played.state.table.config)[0]))

    def before(seq: int) -> ReplayedTable:
        replayed = ReplayedTable(VAULT, msgspec.json.decode(first, type=TableSnapshot))
        for row in played.journal.rows:
            if 1 < row.seq <= seq:
                replayed.take_row(row, seq)
        return replayed

    for row in played.journal.rows[1:]:
        for edited in _damaged(row):
            whole, alone = (before(row.seq - row.count) for _ in range(2))
            try:
                alone.take(events_in(edited))
            except LogBroken as error:
                broken += 1
                with pytest.raises(LogBroken, match=f"^{re.escape(str(error))}$"):
                    whole.take_row(edited, edited.seq)
            else:
                whole.take_row(edited, edited.seq)
                assert encode(whole.snapshot) == encode(alone.snapshot)
    assert broken > 100


def test_a_stay_that_began_before_a_cut_drops_the_receipts_of_the_stay_before() -> None:
    ann, table = PlayerId("ann"), Table(T1, "T", TableConfig())
    sat, older = PlayerSat(0, ann, "Ann", 100), Receipt("$.older", 3, "a")
    sitting = encode(LoggedReceipt(ann, "$.sat", 9, "b"))
    for cut, kept in ((8, [older]), (9, []), (10, [])):
        receipts = ReplayedReceipts({ann: [older]})
        for seq in range(4, cut + 1):
            receipts.follow(seq, sat if seq == 9 else Checked(1), b"", table)
        receipts.break_off(cut, sitting)
        assert receipts.kept.get(ann, []) == kept
