"""The live comparator on a real Postgres: what it finds, passes over, and never makes up."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from hashlib import blake2b

import asyncpg
import pytest
import structlog
from msgspec.json import encode as json_encode
from structlog.typing import EventDict

from pokerws.game.state import TableId
from pokerws.messages import Watch
from pokerws.metrics import Comparison, Metrics
from pokerws.server.background import comparator as comparator_module
from pokerws.server.background import row_check as row_check_module
from pokerws.server.background.comparator import Comparator
from pokerws.server.background.row_check import RowCheck
from pokerws.server.tables.actor import TableActor
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.outcomes import Outcome
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import EventRow, Stored
from tests.server.fakes import ManualClock
from tests.server.stored_house import CONFIG, StoredHouse, house_on
from tests.vaults import VAULT

COMPARISONS = 60


class Counts(Metrics):
    """Counters that say when something has been counted."""

    def __init__(self) -> None:
        super().__init__()
        self.more = asyncio.Event()

    def comparison(self, outcome: Comparison) -> None:
        super().comparison(outcome)
        self.more.set()


class Setting:
    """A house on Postgres, what compares its tables, and an operator who can do harm."""

    def __init__(
        self,
        house: StoredHouse,
        store: PostgresStore,
        operator: "asyncpg.Connection[asyncpg.Record]",
        logged: list[EventDict],
    ) -> None:
        self.house = house
        self.store = store
        self.operator = operator
        self.logged = logged
        self.metrics = Counts()
        self.row_check = RowCheck(house.lobby, store, self.metrics)
        self.comparator = Comparator(
            lobby=house.lobby,
            store=store,
            journal=house.journal,
            vault=VAULT,
            metrics=self.metrics,
            keep_events=True,
            interval_ms=1,
            row_check=self.row_check,
        )

    async def snapshot(self, actor: TableActor) -> str:
        """The snapshot of now, which is stored for it."""
        actor.store_snapshot()
        await self.house.written()
        text: str = await self.operator.fetchval(
            "SELECT snapshot FROM game_snapshots WHERE game_id = $1", actor.table.id
        )
        return text

    async def store_snapshot(self, actor: TableActor, text: str) -> None:
        await self.operator.execute(
            "UPDATE game_snapshots SET snapshot = $2 WHERE game_id = $1", actor.table.id, text
        )


@pytest.fixture
async def setting(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Setting]:
    capture = structlog.testing.LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture])
    for module in (comparator_module, row_check_module):
        monkeypatch.setattr(module, "log", logger)
    store = await PostgresStore.open(address_of(database_url))
    operator = await asyncpg.connect(database_url)
    async with house_on(store, ManualClock()) as house:
        yield Setting(house, store, operator, capture.entries)
    await operator.close()
    await store.close()


# ---- no false alarm


async def test_while_hands_are_played_no_comparison_finds_a_difference(setting: Setting) -> None:
    house = setting.house
    actors = [await house.open("ann", "ben", "cleo") for _ in range(2)]
    playing = True

    async def play() -> None:
        while playing:
            for actor in actors:
                house.act(actor)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(play())
        outcomes = [await setting.comparator.compare(actors[n % 2]) for n in range(COMPARISONS)]
        playing = False

    assert set(outcomes) == {"match"}
    assert min(actor.table.hand_number for actor in actors) > 10
    assert setting.logged == []
    assert [actor.recorder.sample for actor in actors] == [None, None]


async def test_a_table_where_nothing_happens_is_a_match(setting: Setting) -> None:
    actor = await setting.house.open_hand()

    assert await setting.comparator.compare(actor) == "match"


async def test_a_table_that_has_come_back_into_memory_is_a_match(setting: Setting) -> None:
    actor = await setting.house.open("ann")
    setting.house.clock.advance(10_000)
    assert setting.house.lobby.evict(setting.house.clock.now_ms()) == 1
    back = await setting.house.lobby.find(actor.table.id)

    assert await setting.comparator.compare(back) == "match"
    assert await setting.comparator.compare(actor) == "skipped"


async def test_a_table_whose_row_has_receipts_of_an_older_version_is_a_match(
    setting: Setting,
) -> None:
    actor = await setting.house.open("ann")
    setting.house.clock.advance(10_000)
    assert setting.house.lobby.evict(setting.house.clock.now_ms()) == 1
    await setting.house.written()
    state = json.loads(await setting.snapshot(actor))
    state["receipts"] = {"ann": [["DH98t/X1gv1V", 1]]}
    await setting.store_snapshot(actor, json.dumps(state))

    back = await setting.house.lobby.find(actor.table.id)

    assert await setting.comparator.compare(back) == "match"
    assert "DH98t" in await setting.snapshot(actor)


# ---- what is different


async def another_stack(setting: Setting, actor: TableActor) -> None:
    state = json.loads(await setting.snapshot(actor))
    state["table"]["seats"][0]["stack"] += 1
    await setting.store_snapshot(actor, json.dumps(state))


async def another_receipt(setting: Setting, actor: TableActor) -> None:
    state = json.loads(await setting.snapshot(actor))
    state["receipts"]["ann"] = []
    await setting.store_snapshot(actor, json.dumps(state))


async def cut_short(setting: Setting, actor: TableActor) -> None:
    await setting.store_snapshot(actor, (await setting.snapshot(actor))[:-10])


async def sealed_text_damaged(setting: Setting, actor: TableActor) -> None:
    state = json.loads(await setting.snapshot(actor))
    sealed = state["sealed"]
    assert sealed
    state["sealed"] = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    await setting.store_snapshot(actor, json.dumps(state))


async def version_raised(setting: Setting, actor: TableActor) -> None:
    await setting.operator.execute("UPDATE games SET version = version + 1")


async def last_event_missing(setting: Setting, actor: TableActor) -> None:
    await setting.operator.execute(
        "DELETE FROM game_events WHERE seq = (SELECT max(seq) FROM game_events)"
    )


async def event_edited(setting: Setting, actor: TableActor) -> None:
    await setting.operator.execute(
        """UPDATE game_events SET payload = replace(payload, '"stack":10000', '"stack":10001')
        WHERE type = 'player_sat'"""
    )


async def event_missing(setting: Setting, actor: TableActor) -> None:
    await setting.operator.execute("DELETE FROM game_events WHERE type = 'hand_started'")


async def receipt_edited(setting: Setting, actor: TableActor) -> None:
    done = await setting.operator.execute(
        "UPDATE game_events SET receipt = replace(receipt, '$.', '$.x') WHERE receipt <> ''"
    )
    assert done != "UPDATE 0"


HARM = {
    event_edited: "digest",
    event_missing: "is missing from the log",
    receipt_edited: "digest",
    another_stack: "digest",
    another_receipt: "digest",
    cut_short: "cannot be read",
    sealed_text_damaged: "cannot be read",
    version_raised: "was never queued for storing",
    last_event_missing: "the log ends",
}


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
async def test_whatever_is_stored_otherwise_is_logged_with_table_and_version_and_counted(
    setting: Setting, harm: object
) -> None:
    actor = await setting.house.open_hand()
    version = await setting.operator.fetchval("SELECT version FROM games")
    tail = "SELECT games.version - kept.version FROM games, game_snapshots AS kept"
    assert await setting.operator.fetchval(tail) > 5
    assert await setting.comparator.compare(actor) == "match"
    await harm(setting, actor)  # type: ignore[operator]

    setting.comparator.start()
    await setting.metrics.more.wait()
    await setting.comparator.stop()

    assert setting.metrics.comparisons()["mismatch",] >= 1
    assert setting.metrics.comparisons()["match",] == 0
    line = setting.logged[0]
    assert (line["event"], line["outcome"]) == ("compare_game", "MISMATCH")
    assert (line["log_level"], line["table"]) == ("error", actor.table.id)
    stored = version + 1 if harm is version_raised else version
    assert (line["version"], line["seq"]) == (stored, version)
    assert HARM[harm] in line["error"]  # type: ignore[index]


async def test_what_is_logged_of_a_difference_cannot_be_found_by_trying_all_cards(
    setting: Setting,
) -> None:
    actor = await setting.house.open_hand()
    await another_receipt(setting, actor)
    snapshot = VAULT.open_snapshot(actor.table.id, await setting.snapshot(actor))

    assert await setting.comparator.compare(actor) == "mismatch"

    digests = re.findall("[0-9a-f]{32}", setting.logged[0]["error"])
    assert len(digests) == 2
    assert blake2b(json_encode(snapshot), digest_size=16).hexdigest() not in digests


async def test_after_a_mismatch_the_state_that_players_were_shown_is_stored(
    setting: Setting,
) -> None:
    actor = await setting.house.open_hand()
    await another_receipt(setting, actor)
    assert await setting.comparator.compare(actor) == "mismatch"
    await setting.house.written()
    assert await setting.comparator.compare(actor) == "match"


# ---- whose table it is


@pytest.mark.parametrize("look", ["comparator", "row check"])
@pytest.mark.parametrize("column", ["epoch = epoch + 1", "owner_incarnation = 'other'"])
async def test_a_table_that_another_server_claimed_is_fenced_and_no_mismatch(
    setting: Setting, column: str, look: str
) -> None:
    actor = await setting.house.open_hand()
    ann = setting.house.viewers["ann"]
    actor.watch(ann, Watch("w", actor.table.id))
    await setting.row_check.look()
    assert not actor.stopped
    await setting.operator.execute(f"UPDATE games SET {column}")

    if look == "comparator":
        assert await setting.comparator.compare(actor) == "fenced"
    else:
        await setting.row_check.look()

    assert actor.stopped
    assert ann.moved_tables == [actor.table.id]
    assert not setting.house.lobby.in_memory(actor.table.id)
    assert setting.metrics.operations()["get_game", Outcome.FENCED] == 1
    assert setting.metrics.comparisons()["mismatch",] == 0
    (line,) = [line for line in setting.logged if line["event"] == "get_game"]
    assert (line["outcome"], line["table"]) == ("FENCED", actor.table.id)


# ---- what nothing can be said of


async def test_a_table_that_is_dropped_meanwhile_is_passed_over(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await setting.house.open("ann")
    look = setting.store.look

    async def meanwhile(table: object) -> Stored | None:
        setting.house.clock.advance(10_000)
        assert setting.house.lobby.evict(setting.house.clock.now_ms()) == 1
        await setting.house.lobby.find(actor.table.id)
        return await look(actor.table.id)

    monkeypatch.setattr(setting.store, "look", meanwhile)

    assert await setting.comparator.compare(actor) == "skipped"
    assert actor.recorder.sample is None
    assert setting.logged == []


async def test_a_table_whose_log_is_archived_meanwhile_is_passed_over(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await setting.house.open_hand()
    events = setting.store.events

    async def meanwhile(table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        await setting.snapshot(actor)
        await setting.operator.execute("DELETE FROM game_log WHERE seq < $1", actor.table.seq)
        return await events(table, after_seq, limit)

    monkeypatch.setattr(setting.store, "events", meanwhile)

    assert await setting.comparator.compare(actor) == "skipped"
    assert setting.logged == []
    assert await setting.comparator.compare(actor) == "match"


async def test_a_table_that_is_not_stored_any_more_is_passed_over(setting: Setting) -> None:
    actor = await setting.house.open_hand()
    setting.house.lobby.outcomes.rejected(actor.table.id)
    setting.house.act(actor)

    assert await setting.comparator.compare(actor) == "skipped"


@pytest.mark.parametrize("fault", [StoreUnavailable("connection refused"), TimeoutError()])
async def test_while_the_store_is_away_tables_are_passed_over(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    actor = await setting.house.open_hand()

    async def away(*_: object) -> None:
        raise fault

    where = (setting.store, "look")
    if isinstance(fault, TimeoutError):
        where = (setting.house.journal, "flush")  # type: ignore[assignment]
    with monkeypatch.context() as patch:
        patch.setattr(*where, away)
        assert await setting.comparator.compare(actor) == "skipped"
    assert actor.recorder.sample is None
    assert await setting.comparator.compare(actor) == "match"


async def test_a_closed_table_is_a_match(setting: Setting) -> None:
    actor = await setting.house.open_hand()
    actor.close("abandoned")

    assert await setting.comparator.compare(actor) == "match"


async def test_a_fault_of_its_own_ends_neither_it_nor_anything_else(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await setting.house.open_hand()
    faults = iter([ZeroDivisionError("a bug")])
    compare = setting.comparator.compare

    async def broken_once(actor: TableActor) -> str:
        for fault in faults:
            raise fault
        return await compare(actor)

    monkeypatch.setattr(setting.comparator, "compare", broken_once)
    setting.comparator.start()
    await setting.metrics.more.wait()
    await setting.comparator.stop()

    assert [line["event"] for line in setting.logged] == ["compare_failed"]
    assert setting.metrics.comparisons()["match",] >= 1


async def test_nothing_is_compared_where_no_table_is_in_memory_or_the_interval_is_0(
    setting: Setting,
) -> None:
    assert setting.house.lobby.any_actor() is None
    actor = await setting.house.open("ann")
    assert setting.house.lobby.any_actor() is actor
    assert CONFIG.seats > actor.table.players
    setting.comparator._interval_s = 0
    setting.comparator.start()
    assert setting.comparator._task is None
