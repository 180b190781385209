"""The database goes back to an older state of itself under a lobby that plays on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from copy import deepcopy
from typing import Any

import pytest

from pokerws.game import commands
from pokerws.game.state import TableId
from pokerws.game.table import replay
from pokerws.messages import Accepted, Events, Notice, Rejected, Snapshot, Watch
from pokerws.metrics import Metrics
from pokerws.server.background.row_check import RowCheck
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.recent_moves import MOST_MOVES, RecentMoves
from pokerws.storage.accounts import Transfer, player_account, table_account
from pokerws.storage.errors import OwnedElsewhere, StorageError, StoreUnavailable
from pokerws.storage.store import Claimed
from tests.server.fakes import ManualClock
from tests.server.stored_house import BUY_IN, CONFIG, GRANT, Ledger, StoredHouse
from tests.storage.logs import stored_state
from tests.vaults import VAULT

HOUR_MS = 3_600_000


class AgingStore(Ledger):
    """A store that can be put back to an earlier state; the next claims fail with `errors`."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: list[StorageError] = []

    def copied(self) -> dict[str, Any]:
        """A copy of everything."""
        return deepcopy({"_rows": self._rows, "_accounts": vars(self._accounts)})

    def put_back(self, copy: dict[str, Any]) -> None:
        """Replace everything by a copy, as a failover does."""
        self._rows = copy["_rows"]
        vars(self._accounts).update(copy["_accounts"])

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        if self.errors:
            raise self.errors.pop()
        return await super().claim(table, above_epoch, shown_seq, seen_seq)


class Setting:
    """A house, and a look at the rows of its tables."""

    def __init__(self, *, durable: bool) -> None:
        self.store = AgingStore()
        self.house = StoredHouse(self.store, ManualClock(), durable=durable)
        self.row_check = RowCheck(self.house.lobby, self.store, Metrics())

    async def settled(self) -> None:
        """Look at the rows, and wait until what follows from it is stored."""
        await self.row_check.look()
        running = self.house.lobby._catching_up._running
        while tasks := [task for table in running if (task := running.get(table)) is not None]:
            await asyncio.wait(tasks)
        await self.house.written()

    async def log_of(self, actor: TableActor) -> list[int]:
        """The seqs of the stored events; replayed they give the stored table."""
        row = self.store._rows[actor.table.id]
        seqs = sorted(row.log)
        since = max(s for s in seqs if row.log[s].type in ("table_opened", "log_restarted"))
        rest = [row.log[seq] for seq in seqs if seq >= since]
        events = [VAULT.open_event(actor.table.id, e.hand_number, e.payload) for e in rest]
        stored = await stored_state(self.store, actor.table.id, VAULT)
        assert replay(events) == stored.table
        return seqs


@pytest.fixture
async def setting(request: pytest.FixtureRequest) -> AsyncIterator[Setting]:
    setting = Setting(durable=getattr(request, "param", False))
    setting.house.journal.start()
    await setting.house.lobby.start()
    yield setting
    await setting.house.close()


durable = pytest.mark.parametrize("setting", [True], indirect=True)


def watch(setting: Setting, actor: TableActor, player: str) -> Any:
    viewer = setting.house.viewers[player]
    actor.watch(viewer, Watch("w", actor.table.id))
    viewer.take()
    return viewer


async def test_memory_is_stored_again_and_viewers_keep_their_place(setting: Setting) -> None:
    house, store = setting.house, setting.store
    house.clock.put_forward(HOUR_MS)
    actor = await house.open("ann", "ben")
    copy = store.copied()
    # A player whose account is newer than the copy, chips brought and taken, and some hands.
    await store.accounts.open(house.viewers["cleo"].player, GRANT, 0)
    house.sit(actor, "cleo")
    for _ in range(60):
        house.act(actor)
        await house.written()
    house.leave(actor, "ben")
    await house.written()
    seq = actor.table.seq
    ann = watch(setting, actor, "ann")
    store.put_back(copy)

    await setting.settled()
    await setting.settled()
    house.act(actor)
    await house.written()

    assert house.lobby.live(actor.table.id) is actor
    times = [event.at_ms for _, event in sorted(store._rows[actor.table.id].log.items())]
    assert times == sorted(times)
    assert actor.epoch == 2
    stored = (await setting.log_of(actor))[-1]
    assert stored == store._rows[actor.table.id].change.version == actor.table.seq
    assert actor.table.seq > seq
    news = [message for message in ann.take() if isinstance(message, Events)]
    assert {message.epoch for message in news} == {1}
    seqs = [s for m in news for s in range(m.seq, m.seq + len(m.events))]
    assert seqs == list(range(seq + 1, actor.table.seq + 1))
    assert store.total == 0
    assert house.lobby.outcomes.tables_gone_back == 1


async def test_a_table_that_is_newer_than_the_copy_is_made_again(setting: Setting) -> None:
    copy = setting.store.copied()
    actor = await setting.house.open("ann", "ben")
    setting.store.put_back(copy)

    await setting.settled()

    row = setting.store._rows[actor.table.id]
    assert (row.change.version, row.epoch, row.change.chips) == (actor.table.seq, 2, 2 * BUY_IN)
    assert await setting.log_of(actor) == [actor.table.seq]
    assert setting.store.total == 0


async def test_a_payment_in_flight_is_booked_once_and_answered(setting: Setting) -> None:
    house, store = setting.house, setting.store
    actor = await house.open("ann")
    copy = store.copied()
    house.leave(actor, "ann")
    await house.written()
    store.put_back(copy)
    await store.accounts.open(house.viewers["ben"].player, GRANT, 0)
    ben = house.viewers["ben"]
    house.sit(actor, "ben")
    assert ben.take() == []

    await house.written()
    await setting.settled()

    (answer,) = [message for message in ben.take() if isinstance(message, Accepted)]
    assert answer.id == "s"
    assert store._rows[actor.table.id].change.chips == BUY_IN
    assert (await store.accounts.open(ben.player, 0, 0)).balance == GRANT - BUY_IN
    assert (await store.accounts.open(house.viewers["ann"].player, 0, 0)).balance == GRANT
    assert store.total == 0


async def loaded_since(setting: Setting, actor: TableActor) -> TableActor:
    """The transfers from before the table was loaded are not known any more."""
    setting.house.leave(actor, "ben")
    await setting.house.written()
    setting.house.clock.advance(10_000)
    assert setting.house.lobby.evict(setting.house.clock.now_ms()) == 1
    return await setting.house.lobby.find(actor.table.id)


async def spent_since(setting: Setting, actor: TableActor) -> TableActor:
    """By the ledger of the copy, a player cannot pay what was paid since."""
    setting.house.sit(actor, "cleo")
    await setting.house.written()
    return actor


@pytest.mark.parametrize("since", [loaded_since, spent_since])
async def test_where_chips_would_not_add_up_the_table_goes_back_too(
    setting: Setting, since: Callable[[Setting, TableActor], Any]
) -> None:
    house, store = setting.house, setting.store
    await store.accounts.open(house.viewers["cleo"].player, 0, 0)
    actor = await house.open("ann", "ben")
    copy = store.copied()
    store._accounts._balances[player_account(house.viewers["cleo"].player)] += GRANT
    store._accounts._balances["house"] -= GRANT  # type: ignore[index]
    seq = actor.table.seq
    actor = await since(setting, actor)
    ann = watch(setting, actor, "ann")
    store.put_back(copy)

    await setting.settled()

    assert actor.stopped
    notice = [message for message in ann.take() if isinstance(message, Notice)][-1]
    assert notice.code == "table_failed"
    back = await house.lobby.find(actor.table.id)
    assert back.epoch > actor.epoch
    assert back.branch != actor.branch
    # Its clock goes on.
    assert back.table.seq == seq + 1
    assert back.table.chips == store._rows[actor.table.id].change.chips == 2 * BUY_IN
    assert store.total == 0


@pytest.mark.parametrize(
    "error",
    [StoreUnavailable("connection refused"), OwnedElsewhere("of before", is_alive=False)],
    ids=lambda error: type(error).__name__,
)
async def test_what_cannot_be_stored_yet_is_tried_again(
    setting: Setting, error: StorageError
) -> None:
    actor = await setting.house.open("ann")
    copy = setting.store.copied()
    await setting.store.accounts.open(setting.house.viewers["ben"].player, GRANT, 0)
    setting.house.sit(actor, "ben", "b")
    setting.house.leave(actor, "ann")
    await setting.house.written()
    setting.store.put_back(copy)
    setting.store.errors = [error, error]

    for _ in range(4):
        await setting.settled()

    assert setting.house.lobby.live(actor.table.id) is actor
    assert setting.store._rows[actor.table.id].change.version == actor.table.seq
    assert setting.store.total == 0


async def test_a_table_of_a_living_owner_is_fenced_and_not_stored_again(setting: Setting) -> None:
    actor = await setting.house.open("ann", "ben")
    copy = setting.store.copied()
    setting.house.leave(actor, "ben")
    await setting.house.written()
    ann = watch(setting, actor, "ann")
    setting.store.put_back(copy)
    setting.store.errors = [OwnedElsewhere("poker-2")]

    await setting.settled()

    assert actor.stopped
    assert ann.moved_tables == [actor.table.id]


@durable
async def test_with_durable_acks_the_table_goes_back_and_viewers_need_a_snapshot(
    setting: Setting,
) -> None:
    house, store = setting.house, setting.store
    actor = await house.open("ann", "ben")
    table, seq = actor.table.id, actor.table.seq
    copy = store.copied()
    house.leave(actor, "ben")
    await house.written()
    ann = watch(setting, actor, "ann")
    store.put_back(copy)
    # Something is on the way when the copy takes over: nobody has seen it, so it is refused.
    actor.handle(ann, "x", commands.SitOut(ann.player))
    await house.written()
    assert [m.code for m in ann.take() if isinstance(m, Rejected | Notice)] == [
        "table_unavailable",
        "table_failed",
    ]

    back = await house.lobby.find(table)
    back.watch(ann, Watch("w2", table, after_seq=seq, epoch=actor.branch))

    snapshot = ann.take()[-1]
    assert isinstance(snapshot, Snapshot)
    # The clock goes on there.
    assert (snapshot.seq, snapshot.epoch) == (seq + 1, 2)
    assert back.table.players == 2
    assert store.total == 0


@durable
@pytest.mark.parametrize("report", ["conflict", "rejected", "rewind"])
async def test_after_an_edit_or_a_refused_change_viewers_need_a_snapshot(
    setting: Setting, report: str
) -> None:
    """Although the log may go on: its state may be another one at the same number."""
    house = setting.house
    actor = await house.open("ann", "ben")
    getattr(house.lobby.outcomes, report)(actor.table.id)

    back = await house.lobby.find(actor.table.id)
    assert back.branch != actor.branch


@durable
@pytest.mark.parametrize("acts_since", [True, False])
async def test_a_hand_of_which_more_was_shown_than_the_copy_has_is_cancelled(
    setting: Setting, *, acts_since: bool
) -> None:
    house, store = setting.house, setting.store
    actor = await house.open_hand()
    copy = store.copied()
    if acts_since:
        house.act(actor)
        await house.written()
    store.put_back(copy)
    setting.house.lobby.outcomes.rewind(actor.table.id)

    back = await house.lobby.find(actor.table.id)

    assert (back.table.hand is None) is acts_since
    assert [seat.stack for seat in back.table.seats if seat and acts_since] == (
        [BUY_IN, BUY_IN] if acts_since else []
    )
    assert store.total == 0


@durable
async def test_a_table_that_is_newer_than_the_copy_is_gone_with_durable_acks(
    setting: Setting,
) -> None:
    copy = setting.store.copied()
    actor = await setting.house.open("ann")
    setting.store.put_back(copy)

    await setting.settled()

    assert actor.stopped
    with pytest.raises(Exception, match="there is no table"):
        await setting.house.lobby.find(actor.table.id)
    assert setting.house.lobby.summaries() == []
    assert setting.store.total == 0


@durable
@pytest.mark.parametrize("is_fenced", [False, True], ids=["went-back", "fenced-before"])
@pytest.mark.parametrize("claims", [1, 3], ids=["an epoch again", "a later epoch"])
async def test_what_is_claimed_by_the_way_is_claimed_again_if_the_database_went_back(
    setting: Setting, *, is_fenced: bool, claims: int
) -> None:
    """As among the tables that a dead server has left: such a claim knows nothing of this one.

    With a later epoch all is stored, but viewers have seen other events of the same branch.
    """
    house, store = setting.house, setting.store
    table = (await house.open("ann", "ben")).table.id
    copy = store.copied()
    house.lobby.outcomes.rewind(table)
    actor = await house.lobby.find(table)
    if is_fenced:
        await store.claim(table)
    house.act(actor)
    await house.written()
    store.put_back(copy)
    await setting.settled()
    assert house.lobby.live(table) is None
    *_, claimed = [await store.claim(table) for _ in range(claims)]
    assert claimed is not None
    assert claimed.epoch == actor.epoch + claims - 1

    await house.lobby.take({table: claimed})

    back = await house.lobby.find(table)
    assert back.epoch > actor.epoch
    assert back.branch != actor.branch
    # Where it was fenced, the other owner has decided on the branch.
    assert is_fenced or back.branch > actor.branch
    house.act(back)
    await house.written()
    assert store._rows[table].change.version == back.table.seq


async def test_a_table_out_of_memory_is_reported_when_it_is_loaded(setting: Setting) -> None:
    house, store = setting.house, setting.store
    actor = await house.open("ann", "ben")
    copy = store.copied()
    house.leave(actor, "ben")
    await house.written()
    house.clock.advance(CONFIG.next_hand_delay_ms + 10_000)
    assert house.lobby.evict(house.clock.now_ms()) == 1
    store.put_back(copy)

    back = await house.lobby.find(actor.table.id)

    assert back.epoch == 2
    assert house.lobby.outcomes.tables_gone_back == 1


def test_only_the_latest_transfers_are_kept() -> None:
    def move(seq: int) -> Transfer:
        house, table = player_account(setting_player), table_account(TableId("t"))
        return Transfer(house, table, 1, "add_on", seq, 0)

    setting_player = Setting(durable=False).house.viewers["ann"].player
    moves = RecentMoves(3)
    assert moves.after(3) == ()
    assert moves.after(2) is None
    for seq in range(4, 4 + MOST_MOVES):
        moves.add((move(seq),))
    assert moves.after(3) == tuple(move(seq) for seq in range(4, 4 + MOST_MOVES))
    moves.add((move(100),))
    assert moves.after(3) is None
    assert moves.after(4) == (*(move(seq) for seq in range(5, 4 + MOST_MOVES)), move(100))
