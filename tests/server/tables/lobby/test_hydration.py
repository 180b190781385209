"""A table whose snapshot is older than its row is loaded by the log after it, or set aside."""

import asyncio
from collections.abc import Callable
from unittest.mock import patch

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.game import commands
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import Accepted
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby.hydration import PAGE, TURN_EVENTS, replay_log
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.journal import change_builder
from pokerws.storage.store import EventRow, Stored
from pokerws.storage.vault.replayed import ReplayedTable
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.fakes import ManualClock
from tests.server.stored_house import StoredHouse, house_on
from tests.storage.faulty_store import FaultyStore
from tests.vaults import KEY, VAULT

NEW = Vault([VaultKey("new", bytes(32)), KEY])
encode = msgspec.json.encode


class Killed:
    """A table in a hand, with so many actions since the snapshot; its server is gone."""

    def __init__(self, store: FaultyStore, actor: TableActor, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.table: TableId = actor.table.id
        self.state = encode(actor.recorder.state)

    @property
    def log(self) -> dict[int, EventRow]:
        return self.store._rows[self.table].log

    @property
    def seqs(self) -> list[int]:
        """The events after the snapshot."""
        row = self.store._rows[self.table]
        return [seq for seq in sorted(row.log) if seq > row.snapshot_version]


async def killed(actions: int = 12) -> Killed:
    store, clock = FaultyStore(), ManualClock()
    no_snapshot = patch.object(change_builder, "SNAPSHOT_EVENTS", change_builder.MOST_TAIL_EVENTS)
    async with house_on(store, clock) as house:
        actor = await house.open_hand()
        played = 0
        with no_snapshot:
            while played < actions or actor.table.hand is None or actor.table.hand.turn is None:
                house.act(actor)
                await house.written()
                played += 1
        return Killed(store, actor, clock)


async def test_after_a_kill_between_events_and_snapshot_the_hand_goes_on_with_the_same_cards() -> (
    None
):
    one = await killed()
    tail = len(one.seqs)
    assert tail > 20
    with capture_logs() as lines:
        async with house_on(one.store, one.clock) as house:
            hydration = house.lobby._loader._hydration
            loaded = await hydration.load(one.table, await hydration.claim(one.table))
            assert encode(loaded.snapshot) == one.state
            assert loaded.tail == tail
            actor = await house.lobby.find(one.table)
            house.act(actor)
    (line,) = [line for line in lines if line.get("outcome") == "DB_HYDRATE"][:1]
    assert (line["log_level"], line["later_events"]) == ("info", tail)


async def test_a_command_of_the_log_is_answered_as_before_and_not_done_twice() -> None:
    store, clock = FaultyStore(), ManualClock()
    async with house_on(store, clock) as house:
        actor = await house.open("ann", "ben")
        more = commands.SitOut(house.viewers["ann"].player)
        house.viewers["ann"].take()
        actor.handle(house.viewers["ann"], "once", more)
        (first,) = [m for m in house.viewers["ann"].take() if isinstance(m, Accepted)]
        await house.written()
    assert store._rows[actor.table.id].snapshot_version < actor.table.seq
    async with house_on(store, clock) as house:
        back = await house.lobby.find(actor.table.id)
        seq = back.table.seq
        back.handle(house.viewers["ann"], "once", more)
        assert house.viewers["ann"].take() == [first]
        assert back.table.seq == seq


def _gap(one: Killed) -> tuple[int, str]:
    seq = one.seqs[5]
    del one.log[seq]
    return seq, "is missing from the log"


def _short(one: Killed) -> tuple[int, str]:
    seq = one.seqs[-1]
    del one.log[seq]
    return seq, "is missing: the log ends before it"


def _undecodable(one: Killed) -> tuple[int, str]:
    seq = one.seqs[7]
    one.log[seq] = replace(one.log[seq], payload=b'{"type":"no such"}')
    return seq, "cannot be replayed"


def _impossible(one: Killed) -> tuple[int, str]:
    seq = one.seqs[7]
    one.log[seq] = replace(one.log[seq], payload=b'{"type":"checked","seat":2}')
    return seq, "cannot be replayed"


def _other_receipt(one: Killed) -> tuple[int, str]:
    seq = next(seq for seq in one.seqs if one.log[seq].receipt)
    one.log[seq] = replace(one.log[seq], receipt=b"[1]")
    return seq, "cannot be replayed"


def _other_seal(one: Killed) -> tuple[int, str]:
    seq = next(seq for seq in one.seqs if b'"sealed":"' in one.log[seq].payload)
    payload = one.log[seq].payload.replace(b'"sealed":"test:', b'"sealed":"test:AA')
    one.log[seq] = replace(one.log[seq], payload=payload)
    return seq, "cannot be replayed"


def _beyond(one: Killed) -> tuple[int, str]:
    last = one.seqs[-1]
    one.log[last + 1] = replace(one.log[last], seq=last + 1)
    return last + 1, "is in the log, and the row is of the one before"


def _other_board(one: Killed) -> tuple[int, str]:
    seq = next(seq for seq in one.seqs if one.log[seq].type == "board_dealt")
    told = msgspec.json.decode(one.log[seq].payload)
    told["cards"][-1] = "As" if told["cards"][-1] != "As" else "Ks"
    one.log[seq] = replace(one.log[seq], payload=encode(told))
    return seq, "cannot be replayed: its cards are others"


def _other_pot(one: Killed) -> tuple[int, str]:
    """As after a bet of another size, which follows from what was before it as well."""
    row = one.store._rows[one.table]
    row.change = replace(row.change, total_pot=row.change.total_pot + 100)
    return one.seqs[-1], "leads to total_pot"


def _chips_from_nothing(one: Killed) -> tuple[int, str]:
    row = one.store._rows[one.table]
    row.change = replace(row.change, chips=row.change.chips - 100)
    return one.seqs[-1], "leads to chips"


HARM = [
    _beyond,
    _chips_from_nothing,
    _gap,
    _short,
    _other_board,
    _other_pot,
    _undecodable,
    _impossible,
    _other_receipt,
    _other_seal,
]


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("bulk", [False, True])
async def test_a_log_that_does_not_lead_to_the_row_sets_its_table_aside_and_names_the_event(
    harm: Callable[[Killed], tuple[int, str]], *, bulk: bool
) -> None:
    one = await killed(40)
    seq, why = harm(one)
    row = one.store._rows[one.table]
    kept = dict(row.log), row.snapshot, row.change
    with capture_logs() as lines:
        async with house_on(one.store, one.clock) as house:
            if bulk:
                await house.lobby.load_all()
            with pytest.raises(Illegal, match="table_quarantined"):
                await house.lobby.find(one.table)
    (line,) = [line for line in lines if line["event"] == "table_quarantined"]
    assert line["log_level"] == "error"
    assert f"event {seq} " in line["error"]
    assert why in line["error"]
    assert (dict(row.log), row.snapshot, row.change) == kept
    assert row.status == "quarantined"


async def test_a_table_whose_tail_was_sealed_by_an_unknown_key_waits_for_it() -> None:
    one = await killed(40)
    async with house_on(one.store, one.clock, vault=Vault([VaultKey("new", bytes(32))])) as house:
        with pytest.raises(Illegal, match="table_unavailable"):
            await house.lobby.find(one.table)
    assert one.store._rows[one.table].status == "active"


async def test_after_a_rotation_of_keys_the_first_change_has_a_snapshot_by_the_new_one() -> None:
    one = await killed(40)
    row = one.store._rows[one.table]
    assert row.change.key_id == "test"
    async with house_on(one.store, one.clock, vault=NEW) as house:
        actor = await house.lobby.find(one.table)
        house.act(actor)
        await house.written()
    assert row.change.key_id == "new"
    assert b'"sealed":"new:' in row.snapshot
    assert all(b'"sealed":"test:' not in row.log[seq].payload for seq in one.seqs)


async def test_a_table_with_a_tail_is_loaded_where_events_are_not_kept_any_more() -> None:
    one = await killed()
    row, state = one.store._rows[one.table], b""
    for keep_events in (False, True):
        house = StoredHouse(one.store, one.clock)
        house.lobby._keep_events = house.lobby._loader._keep_events = keep_events
        house.journal.start()
        await house.lobby.start()
        actor = await house.lobby.find(one.table)
        if not keep_events:
            assert encode(actor.recorder.state.receipts) in one.state
        house.act(actor)
        await house.written()
        state, version = encode(actor.recorder.state), actor.table.seq
        await house.close()
        if not keep_events:
            assert row.snapshot_version == row.change.version == version
            assert max(row.log) < version
    stored = await one.store.look(one.table)
    assert stored is not None
    assert encode((await _replayed(one.store, stored, one.table)).snapshot) == state


async def _replayed(store: FaultyStore, stored: Stored, table: TableId) -> ReplayedTable:
    replayed = ReplayedTable.of(VAULT, table, stored.snapshot, stored.snapshot_version)
    await replay_log(store, replayed, stored.version)
    return replayed


class _Long(FaultyStore):
    """A log of many events, made as they are read; it notes how many were read at once."""

    def __init__(self, first: int, count: int) -> None:
        super().__init__()
        self.first, self.last = first, first + count - 1
        self.read_at_once = 0

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        self.read_at_once = max(self.read_at_once, limit)
        until = min(self.last, after_seq + limit)
        return [_toggle(seq) for seq in range(after_seq + 1, until + 1)]


def _toggle(seq: int) -> EventRow:
    on = b"true" if seq % 2 else b"false"
    return EventRow(seq, 0, "straddle_set", b'{"type":"straddle_set","seat":0,"on":%b}' % on, 1)


async def test_a_tail_of_tens_of_thousands_is_read_by_pages_and_lets_others_run() -> None:
    store, clock = FaultyStore(), ManualClock()
    async with house_on(store, clock) as house:
        actor = await house.open("ann")
        actor.store_snapshot()
        await house.written()
    table = actor.table
    stored = await store.look(table.id)
    assert stored is not None
    long = _Long(table.seq + 1, 30_000)
    replayed = ReplayedTable.of(VAULT, table.id, stored.snapshot, stored.snapshot_version)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while replayed.seq < long.last:
            turns += 1
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(others())
        await replay_log(long, replayed, long.last)
    assert long.read_at_once == PAGE
    assert turns >= 30_000 // TURN_EVENTS
    assert replayed.taken == 30_000


async def test_a_log_that_is_archived_while_it_is_read_is_read_again_from_the_new_snapshot() -> (
    None
):
    one = await killed(40)
    row = one.store._rows[one.table]
    older, version = row.snapshot, row.snapshot_version
    cut = one.seqs[10]
    stored = await one.store.look(one.table)
    assert stored is not None
    newer = ReplayedTable.of(VAULT, one.table, older, version)
    await replay_log(one.store, newer, cut)
    async with house_on(one.store, one.clock) as house:
        hydration = house.lobby._loader._hydration
        claimed = await hydration.claim(one.table)
        row.snapshot, _ = VAULT.seal_snapshot(newer.snapshot)
        row.snapshot_version = cut
        row.log = {seq: event for seq, event in row.log.items() if seq >= cut}
        late = claimed._replace(later_rows=[])
        loaded = await hydration.load(one.table, late)
        assert encode(loaded.snapshot) == one.state
        assert loaded.tail == stored.version - cut


async def test_an_outage_while_the_log_is_read_sets_nothing_aside() -> None:
    one = await killed(40)
    async with house_on(one.store, one.clock) as house:
        hydration = house.lobby._loader._hydration
        claimed = await hydration.claim(one.table)

        async def away(*_: object) -> list[EventRow]:
            raise StoreUnavailable("connection refused")

        one.store.events = away  # type: ignore[method-assign, assignment]
        with pytest.raises(Illegal, match="table_unavailable"):
            await hydration.load(one.table, claimed._replace(later_rows=[]))
    assert one.store._rows[one.table].status == "active"


async def test_a_row_that_was_set_back_behind_its_snapshot_is_set_aside() -> None:
    one = await killed()
    row = one.store._rows[one.table]
    for seq in [seq for seq in row.log if seq >= row.snapshot_version]:
        del row.log[seq]
    row.change = replace(row.change, version=row.snapshot_version - 1)
    async with house_on(one.store, one.clock) as house:
        with pytest.raises(Illegal, match="table_quarantined"):
            await house.lobby.find(one.table)


async def test_a_snapshot_that_is_newer_than_its_row_is_no_state_of_it() -> None:
    one = await killed()
    row = one.store._rows[one.table]
    row.snapshot_version += 1
    async with house_on(one.store, one.clock) as house:
        with pytest.raises(Illegal, match="table_quarantined"):
            await house.lobby.find(one.table)
