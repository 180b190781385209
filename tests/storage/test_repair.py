"""Tables that were really played, damaged, and repaired: `server.py repair` on a real Postgres."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import msgspec
import pytest

from pokerws.game.state import Table, TableId
from pokerws.storage import repair as repairing
from pokerws.storage import salvage
from pokerws.storage.postgres import PostgresStore
from pokerws.storage.repair import Action, RepairError, repair
from pokerws.storage.stored_log import NO_KEYS, Connection, NotStored
from pokerws.storage.vault import Vault
from pokerws.storage.verify import verify
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.stored_house import house_on
from tests.storage.archiving import Archiving, after_hand
from tests.storage.played import play_a_game, writing
from tests.vaults import VAULT

NOW_MS = 5_000_000
ROWS = (
    "SELECT id, name, status, config, version, epoch, snapshot, chips, balance FROM games",
    "SELECT game_id, seq, type, payload FROM game_events ORDER BY seq",
    "SELECT id, balance FROM accounts ORDER BY id",
    "SELECT * FROM transfers ORDER BY id",
)
SET_ASIDE = "UPDATE games SET status = 'quarantined'"
NO_SNAPSHOT = "UPDATE games SET snapshot = 'no JSON'"
# The last event that was an action of the hand in play's, and what came of it.
LAST = "(SELECT max(seq) FROM game_events)"


class Repairs:
    """The command on one database, and what is stored there."""

    def __init__(self, url: str, operator: Connection, backups: Path) -> None:
        self.url = url
        self.operator = operator
        self.backups = backups
        self._now_ms = NOW_MS

    async def __call__(
        self, action: Action = "show", *, game: str = "t1", vault: Vault = VAULT
    ) -> str:
        out = io.StringIO()
        self._now_ms += 1
        asked = repair(
            *(self.url, None, game, action, out),
            vault=vault,
            backups=self.backups,
            now_ms=self._now_ms,
        )
        assert await asked == 0
        return out.getvalue()

    async def damage(self, *statements: str) -> None:
        for statement in (*statements, SET_ASIDE):
            done = await self.operator.execute(statement)
            assert not done.endswith(" 0"), statement

    async def rows(self) -> list[list[tuple[object, ...]]]:
        """All that repairs could change."""
        return [[tuple(row) for row in await self.operator.fetch(rows)] for rows in ROWS]

    async def table(self) -> Table:
        """The stored table."""
        text = await self.operator.fetchval("SELECT snapshot FROM games")
        return VAULT.open_snapshot(TableId("t1"), text).table

    async def balances(self) -> dict[str, int]:
        rows = await self.operator.fetch("SELECT account, balance FROM balances")
        return {row["account"]: row["balance"] for row in rows}

    async def status(self) -> str:
        status: str = await self.operator.fetchval("SELECT status FROM games")
        return status

    async def holds_together(self) -> None:
        out = io.StringIO()
        code = await verify(self.url, None, None, out, io.StringIO(), vault=VAULT)
        assert code == 0, out.getvalue()

    def kept(self) -> list[dict[str, object]]:
        """The files that were written, oldest first."""
        return [json.loads(path.read_bytes()) for path in sorted(self.backups.glob("*"))]

    async def refused(self, action: Action, words: str, *, vault: Vault = VAULT) -> None:
        """It is not done, and nothing is changed or written."""
        before = await self.rows()
        with pytest.raises(RepairError, match=words):
            await self(action, vault=vault)
        assert await self.rows() == before


@pytest.fixture
async def operator(database_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
def repairs(database_url: str, operator: Connection, tmp_path: Path) -> Repairs:
    return Repairs(database_url, operator, tmp_path / "repair")


def state(table: Table) -> object:
    """A table without what a time in quarantine changes: the count of events, and the clock."""
    known = msgspec.to_builtins(table)
    known.pop("seq")
    known.pop("next_hand_at_ms")
    if known["hand"] and known["hand"]["turn"]:
        known["hand"]["turn"].pop("deadline_ms")
        known["hand"]["turn"].pop("started_ms")
    return known


def owed(table: Table) -> dict[str, int]:
    """What each player is to get back: the stack, and what was put into the hand."""
    chips: dict[str, int] = {}
    for number, seat in enumerate(table.seats):
        if seat is not None:
            part = None if table.hand is None else table.hand.seats[number]
            chips[f"player:{seat.player}"] = seat.stack + (
                0 if part is None else part.bet + part.in_pots
            )
    return chips


async def expect_refund(repairs: Repairs, played: Table, *, vault: Vault = VAULT) -> None:
    before = await repairs.balances()
    await repairs("refund", vault=vault)
    after = await repairs.balances()
    for account, chips in owed(played).items():
        assert after[account] == before[account] + chips
    assert after["table:t1"] == 0
    assert sum(after.values()) == 0
    assert await repairs.status() == "closed"
    await repairs.holds_together()


STATEMENTS = (*salvage.STATEMENTS, *repairing.STATEMENTS, repairing.WRITABLE)


@pytest.mark.parametrize("statement", STATEMENTS, ids=range(len(STATEMENTS)))
async def test_each_statement_is_valid_in_a_migrated_database(
    operator: Connection, statement: str
) -> None:
    assert (await operator.prepare(statement)).get_query() == statement


# Each leaves a state with all that was there, in the snapshot or in the log.
DAMAGES: dict[str, list[str]] = {
    "only set aside": [SET_ASIDE],
    "snapshot not JSON": [NO_SNAPSHOT],
    "snapshot without an end": ["UPDATE games SET snapshot = repeat('[', 100000)"],
    "snapshot no table": ["UPDATE games SET snapshot = '{\"a\": 1}'"],
    "snapshot of another table": [
        "UPDATE games SET snapshot = replace(snapshot, '\"t1\"', '\"t2\"')"
    ],
    "snapshot of another seq": [
        """UPDATE games SET snapshot = regexp_replace(snapshot, '"seq":\\d+', '"seq":40')"""
    ],
    "snapshot of no variant": ["""UPDATE games SET snapshot = replace(snapshot, '"NT"', '"ZZ"')"""],
    "snapshot with a chip moved": [
        """UPDATE games SET snapshot = regexp_replace(snapshot, '"stack":\\d+', '"stack":1')"""
    ],
    "snapshot edited, chips as they were": [
        (
            """UPDATE games SET snapshot = regexp_replace(snapshot, '"min_raise":\\d+', """
            """'"min_raise":77')"""
        )
    ],
    "sealed text edited": [
        """UPDATE games SET snapshot = replace(snapshot, '"sealed":"test:', '"sealed":"test:AA')"""
    ],
    "version up": ["UPDATE games SET version = version + 7"],
    "version up beyond all counting": [f"UPDATE games SET version = {2**63 - 1}"],
    "version down": ["UPDATE games SET version = version - 7"],
    "name, variant, config": ["UPDATE games SET name = 'x', variant = 'y', config = 'no JSON'"],
    "other columns": [
        "UPDATE games SET players = 9, hand_number = 99, total_pot = 3, key_id = 'z'"
    ],
    "an event not JSON": ["UPDATE game_events SET payload = 'no JSON' WHERE seq = 20"],
    "an event missing": ["DELETE FROM game_events WHERE seq = 20"],
    "the first event missing": ["DELETE FROM game_events WHERE seq = 1"],
    "an event impossible": [
        (
            """UPDATE game_events SET type = 'folded', payload = '{"type":"folded","seat":99}' """
            "WHERE seq = 20"
        )
    ],
    "an event's columns": [
        "UPDATE game_events SET type = 'raised', hand_number = 50 WHERE seq = 20"
    ],
    "an event's columns, and no snapshot": [
        "UPDATE game_events SET type = 'raised', hand_number = 50 WHERE seq = 20",
        NO_SNAPSHOT,
    ],
    "an event's cards": [
        (
            """UPDATE game_events SET payload = replace(payload, '"sealed":"test:', """
            """'"sealed":"test:AA') WHERE type = 'hole_cards_dealt'"""
        )
    ],
    "an amount": [
        (
            """UPDATE game_events SET payload = regexp_replace(payload, '"stack":\\d+', """
            """'"stack":3') WHERE seq = 3"""
        )
    ],
    "the last event not JSON": [
        f"UPDATE game_events SET payload = 'no JSON' WHERE seq = {LAST}",
    ],
    "the last event missing": [f"DELETE FROM game_events WHERE seq = {LAST}"],
    "one event too many": [
        (
            "INSERT INTO game_events SELECT game_id, seq + 1, hand_number, 'x', 'no JSON', at "
            "FROM game_events ORDER BY seq DESC LIMIT 1"
        )
    ],
    "no log": ["DELETE FROM game_events"],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_table_is_restored_to_the_same_cards_stacks_and_turn(
    repairs: Repairs, damage: list[str]
) -> None:
    played = await play_a_game(repairs.url, hands=2)
    was = played.actor.table
    await repairs.damage(*damage)
    rows = await repairs.rows()

    assert "  --restore  play goes on, from" in await repairs()
    assert await repairs.rows() == rows
    assert not repairs.backups.exists()
    told = await repairs("restore")

    table = await repairs.table()
    assert state(table) == state(was)
    assert table.seq >= was.seq
    assert await repairs.status() == "active"
    assert "game t1 is active again" in told
    await repairs.holds_together()
    # What was there is in the file, and the rest still in its place.
    (kept,) = repairs.kept()
    game, events = kept["game"], kept["events"]
    assert isinstance(game, dict)
    assert isinstance(events, list)
    assert (game["snapshot"], game["version"]) == (rows[0][0][6], rows[0][0][4])
    stay = {row["seq"] for row in await repairs.operator.fetch("SELECT seq FROM game_events")}
    gone = {row[1]: row[3] for row in rows[1] if row[1] not in stay}
    assert gone.items() <= {event["seq"]: event["payload"] for event in events}.items()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_table_is_closed_and_everybody_gets_stack_and_bets_back(
    repairs: Repairs, damage: list[str]
) -> None:
    played = await play_a_game(repairs.url, hands=2)
    await repairs.damage(*damage)
    assert "  --refund   the table is closed, from" in await repairs()
    await expect_refund(repairs, played.actor.table)
    assert len(repairs.kept()) == 1
    store = await PostgresStore.open(repairs.url)
    assert await store.games() == []
    await store.close()


async def test_what_the_last_event_led_to_is_told_once_more_when_it_and_the_snapshot_are_lost(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=2)
    last = await repairs.operator.fetchval(f"SELECT type FROM game_events WHERE seq = {LAST}")
    assert last == "turn_started"
    await repairs.damage(
        NO_SNAPSHOT, f"UPDATE game_events SET payload = 'no JSON' WHERE seq = {LAST}"
    )
    await repairs("restore")
    # Whoever had acted before that has still acted, unless cards were dealt meanwhile.
    table = await repairs.table()
    assert table.hand is not None
    assert table.hand.turn is not None
    assert table.chips == played.actor.table.chips
    await repairs.holds_together()


@pytest.mark.parametrize("back", range(1, 40))
async def test_wherever_a_log_ends_the_state_to_go_on_from_is_one_where_somebody_is_to_act(
    repairs: Repairs, back: int
) -> None:
    await play_a_game(repairs.url, hands=2)
    await repairs.damage(NO_SNAPSHOT, f"DELETE FROM game_events WHERE seq > {LAST} - {back}")
    await repairs("restore")
    table = await repairs.table()
    assert table.deadline_ms is not None or table.status == "waiting"
    assert table.hand is None or table.hand.turn is not None
    await repairs.holds_together()
    await repairs.damage(SET_ASIDE)
    await expect_refund(repairs, table)


@pytest.mark.parametrize(
    "keep_events", [[False], [True, False], [False, True], [True, False, True]]
)
async def test_a_log_that_is_not_whole_goes_on_with_the_table(
    repairs: Repairs, keep_events: list[bool]
) -> None:
    played = await play_a_game(repairs.url, hands=1, keep_events=keep_events)
    await repairs.damage("UPDATE games SET version = version + 3")
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


async def test_a_log_that_was_begun_anew_is_read_from_there_when_the_part_before_it_is_damaged(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=1, keep_events=[True, False, True])
    await repairs.damage(NO_SNAPSHOT, "UPDATE game_events SET payload = 'no JSON' WHERE seq = 9")
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


@pytest.mark.parametrize("damage", ["only set aside", "snapshot not JSON", "no log"])
async def test_the_time_in_quarantine_is_not_the_players(repairs: Repairs, damage: str) -> None:
    played = await play_a_game(repairs.url, hands=1)
    left_ms = played.actor.table.deadline_ms
    assert left_ms is not None
    left_ms -= played.clock.now_ms()
    await repairs.damage(*DAMAGES[damage])
    await repairs("restore")
    deadline_ms = (await repairs.table()).deadline_ms
    saved_ms = await repairs.operator.fetchval(
        "SELECT (extract(epoch FROM updated_at) * 1000)::bigint FROM games"
    )
    assert saved_ms > NOW_MS
    assert deadline_ms == saved_ms + left_ms


@pytest.mark.parametrize("damage", ["only set aside", "an event missing", "version down"])
async def test_a_command_that_was_answered_is_still_known_after_the_repair(
    repairs: Repairs, damage: str
) -> None:
    await play_a_game(repairs.url, hands=1)
    text = await repairs.operator.fetchval("SELECT snapshot FROM games")
    receipts = VAULT.open_snapshot(TableId("t1"), text).receipts
    assert receipts
    await repairs.damage(*DAMAGES[damage])
    await repairs("restore")
    text = await repairs.operator.fetchval("SELECT snapshot FROM games")
    assert VAULT.open_snapshot(TableId("t1"), text).receipts == receipts


async def test_the_newest_state_is_chosen(repairs: Repairs) -> None:
    """A row from an older backup has fewer events than the log."""
    played = await play_a_game(repairs.url, hands=1)
    older = await repairs.operator.fetchrow("SELECT version, snapshot FROM games")
    assert older is not None
    store = await PostgresStore.open(repairs.url)
    async with writing(store) as journal:
        await played.load_again(store, journal, keep_events=True)
        played.play_hands(1)
        played.actor.stop()
    await store.close()
    await repairs.damage()
    await repairs.operator.execute("UPDATE games SET version = $1, snapshot = $2", *older.values())
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


async def test_an_archived_log_is_enough(repairs: Repairs, archiving: Archiving) -> None:
    played = await play_a_game(repairs.url, hands=4)
    await archiving(after_hand(3))
    await repairs.damage(NO_SNAPSHOT)
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


async def test_without_its_log_and_its_snapshot_nothing_can_be_done(repairs: Repairs) -> None:
    await play_a_game(repairs.url, hands=1)
    await repairs.damage(NO_SNAPSHOT, "DELETE FROM game_events")
    told = await repairs()
    assert "the snapshot cannot be read" in told
    assert "--restore  not possible" in told
    assert "--refund   not possible" in told
    for action in ("restore", "refund"):
        await repairs.refused(action, "neither the snapshot nor the log can be read")
    assert repairs.kept() == []


@pytest.mark.parametrize("damage", ["only set aside", "an event missing", "version up", "no log"])
async def test_without_the_key_a_table_is_refunded_but_not_restored(
    repairs: Repairs, damage: str
) -> None:
    played = await play_a_game(repairs.url, hands=1)
    await repairs.damage(*DAMAGES[damage])
    assert "VAULT_KEYS" in await repairs(vault=NO_KEYS)
    await repairs.refused("restore", "set VAULT_KEYS to the key", vault=NO_KEYS)
    await expect_refund(repairs, played.actor.table, vault=NO_KEYS)


async def test_cards_that_nobody_can_open_any_more_are_refunded(repairs: Repairs) -> None:
    played = await play_a_game(repairs.url, hands=1, keep_events=[False])
    await repairs.damage(*DAMAGES["sealed text edited"])
    await repairs.refused("restore", "its cards cannot be opened")
    await expect_refund(repairs, played.actor.table)


@pytest.mark.parametrize(
    ("editing", "words"),
    [
        ("UPDATE games SET chips = chips + 1, balance = balance + 1", "its chips do not add up"),
        ("UPDATE transfers SET amount = amount + 1 WHERE game_id = 't1'", "its chips do not add"),
        ("DELETE FROM transfers WHERE game_id = 't1'", "its chips do not add up"),
        (
            """UPDATE games SET snapshot = regexp_replace(snapshot, '"stack":\\d+', '"stack":1')""",
            "the ledger has 30000 chips there, but the snapshot of event",
        ),
    ],
)
async def test_chips_that_do_not_agree_are_refused(
    repairs: Repairs, editing: str, words: str
) -> None:
    await play_a_game(repairs.url, hands=1, keep_events=[False])
    await repairs.damage(editing)
    for action in ("restore", "refund"):
        await repairs.refused(action, words)


@pytest.mark.parametrize("keep_events", [True, False])
@pytest.mark.parametrize("action", ["restore", "refund"])
async def test_chips_from_before_the_ledger_are_booked_as_having_been_there(
    repairs: Repairs, action: Action, *, keep_events: bool
) -> None:
    played = await play_a_game(repairs.url, hands=1, keep_events=[keep_events])
    # As the migration leaves a table that it could not read.
    await repairs.damage(
        "UPDATE accounts SET balance = balance + 10000 WHERE id LIKE 'player:%'",
        "DELETE FROM transfers WHERE game_id = 't1'",
        "UPDATE games SET chips = 0, balance = 0",
    )
    house = (await repairs.balances())["house"]
    if action == "refund":
        await expect_refund(repairs, played.actor.table)
    else:
        await repairs("restore")
        assert state(await repairs.table()) == state(played.actor.table)
        assert (await repairs.balances())["table:t1"] == 30_000
        await repairs.holds_together()
    after = await repairs.balances()
    assert after["house"] == house - 30_000
    assert sum(after.values()) == 0


async def test_a_table_that_the_ledger_has_known_from_the_start_gets_no_chips_from_the_house(
    repairs: Repairs,
) -> None:
    await play_a_game(repairs.url, hands=1, keep_events=[False])
    await repairs.damage(
        "UPDATE accounts SET balance = balance + 10000 WHERE id LIKE 'player:%'",
        "DELETE FROM transfers WHERE game_id = 't1'",
        "UPDATE games SET chips = 0, balance = 0, created_at = now()",
    )
    for action in ("restore", "refund"):
        await repairs.refused(action, "the ledger has 0 chips there, but the snapshot of event")


async def test_an_unknown_game_is_told(repairs: Repairs) -> None:
    for action in ("show", "restore", "refund"):
        with pytest.raises(NotStored, match="there is no game nowhere"):
            await repairs(action, game="nowhere")


async def test_the_second_time_it_says_what_is_the_matter(repairs: Repairs) -> None:
    await play_a_game(repairs.url, hands=1)
    await repairs.refused("restore", "it is active and not in quarantine")
    await repairs.damage(NO_SNAPSHOT)
    await repairs("restore")
    await repairs.refused("restore", "it is active and not in quarantine")
    await repairs("refund")
    for action in ("restore", "refund"):
        await repairs.refused(action, "it is closed")
    assert "closed" in await repairs()


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        ("UPDATE games SET snapshot = 'still no JSON'", "it has changed meanwhile"),
        ("UPDATE games SET epoch = epoch + 1", "it has changed meanwhile"),
        ("DELETE FROM game_events WHERE seq = 25", "its log has changed meanwhile"),
    ],
)
async def test_what_changes_between_look_and_write_is_left_alone(
    repairs: Repairs, monkeypatch: pytest.MonkeyPatch, meanwhile: str, words: str
) -> None:
    played = await play_a_game(repairs.url, hands=1)
    await repairs.damage(*DAMAGES["an event not JSON"])
    put = repairing._put

    async def edited(connection: Connection, found: salvage.Found, plan: repairing.Plan) -> None:
        await repairs.operator.execute(meanwhile)
        await put(connection, found, plan)

    monkeypatch.setattr(repairing, "_put", edited)
    balances = await repairs.balances()
    with pytest.raises(RepairError, match=words):
        await repairs("refund")
    assert await repairs.status() == "quarantined"
    assert await repairs.balances() == balances
    assert len(repairs.kept()) == 1

    monkeypatch.setattr(repairing, "_put", put)
    await expect_refund(repairs, played.actor.table)


async def test_killed_in_the_middle_nothing_is_changed_and_the_next_time_it_works(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=1)
    await repairs.damage(*DAMAGES["an event missing"])
    rows = await repairs.rows()
    # The last thing that is written are the accounts.
    async with repairs.operator.transaction():
        await repairs.operator.execute("SELECT FROM accounts FOR UPDATE")
        task = asyncio.create_task(repairs("refund"))
        # Outside of this transaction, whose view of the activity stands still.
        other = await asyncpg.connect(repairs.url)
        try:
            while not await other.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE application_name = 'pokerws operator' AND wait_event_type = 'Lock'"
            ):
                assert not task.done(), task
        finally:
            await other.close()
        with pytest.raises(Exception, match="the database cannot be used"):
            await task
    assert await repairs.rows() == rows
    await expect_refund(repairs, played.actor.table)
    assert len(repairs.kept()) == 2


async def test_a_directory_that_cannot_be_written_to_is_told_and_nothing_is_changed(
    repairs: Repairs,
) -> None:
    await play_a_game(repairs.url, hands=1)
    await repairs.damage(NO_SNAPSHOT)
    repairs.backups.write_text("a file")
    await repairs.refused("restore", "give another directory")


async def test_an_id_cannot_lead_out_of_the_directory(repairs: Repairs) -> None:
    await play_a_game(repairs.url, "../../t1", hands=1)
    await repairs.damage(NO_SNAPSHOT)
    await repairs("restore", game="../../t1")
    assert [path.parent for path in repairs.backups.iterdir()] == [repairs.backups]


# ---- beside a server


async def test_a_server_that_set_a_table_aside_plays_on_with_it_after_the_repair(
    repairs: Repairs,
) -> None:
    clock = ManualClock()
    store = await PostgresStore.open(repairs.url)
    async with house_on(store, clock) as house:
        actor = await house.open_hand()
        table, was, seq = actor.table.id, actor.table, actor.table.seq
        house.lobby.table_fenced(table)
        await repairs.operator.execute(NO_SNAPSHOT)
        with pytest.raises(Exception, match="table_quarantined"):
            await house.lobby.find(table)
        assert await repairs.status() == "quarantined"

        await repairs("restore", game=table)

        found = await house.lobby.find(table)
        assert state(found.table) == state(was)
        assert found.table.seq > seq
        assert found.epoch > actor.epoch
        for _ in range(30):
            house.act(found)
        await house.written()
        assert found.table.hand_number > was.hand_number
    await store.close()
    await repairs.holds_together()


async def test_another_server_lists_a_repaired_table_with_its_next_listing(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=1)
    await repairs.damage(NO_SNAPSHOT)
    store = await PostgresStore.open(repairs.url)
    async with house_on(store, ManualClock()) as house:
        assert house.lobby.summaries() == []
        await repairs("restore")
        house.clock.advance(30_000)
        await house.upkeep.look()
        assert [summary.table for summary in house.lobby.summaries()] == ["t1"]
        found = await house.lobby.find(TableId("t1"))
        assert state(found.table) == state(played.actor.table)
    await store.close()


async def test_a_server_whose_healthy_table_was_refunded_closes_its_viewers(
    repairs: Repairs,
) -> None:
    store = await PostgresStore.open(repairs.url)
    async with house_on(store, ManualClock()) as house:
        actor = await house.open_hand()
        table = actor.table.id
        viewer = FakeViewer("eve")
        actor.watchers[viewer] = None
        before = await repairs.balances()
        owing = owed(actor.table)
        with pytest.raises(RepairError, match="it is active and not in quarantine"):
            await repairs("restore", game=table)

        await repairs("refund", game=table)
        house.act(actor)
        await house.written()

        assert viewer.moved_tables == [table]
        seen = len(viewer.frames)
        house.clock.advance(60_000)
        await house.written()
        assert len(viewer.frames) == seen
        assert actor.stopped
        with pytest.raises(Exception, match="unknown_table"):
            await house.lobby.find(table)
        assert house.lobby.summaries() == []
        after = await repairs.balances()
        assert all(after[account] == before[account] + owing[account] for account in owing)
    await store.close()
    await repairs.holds_together()
