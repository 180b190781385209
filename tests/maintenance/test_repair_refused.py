"""What `repair` refuses, with what words; and chips that no ledger knows yet."""

import asyncio

import asyncpg
import pytest

from pokerws.maintenance import repair as repairing
from pokerws.maintenance import salvage
from pokerws.maintenance.errors import NotStored, RepairError
from pokerws.maintenance.repair import Action
from pokerws.maintenance.stored_log import NO_KEYS
from pokerws.storage.postgres.connecting import Connection
from tests.maintenance.repairs import DAMAGES, NO_SNAPSHOT, SNAPSHOT, Repairs, expect_refund, state
from tests.storage.played import play_a_game

STATEMENTS = (*salvage.STATEMENTS, *repairing.STATEMENTS, repairing.WRITABLE)


async def test_each_statement_is_valid_in_a_migrated_database(repairs: Repairs) -> None:
    for statement in STATEMENTS:
        assert (await repairs.operator.prepare(statement)).get_query() == statement


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


@pytest.mark.parametrize("damage", ["snapshot of another table", "snapshot of no variant"])
async def test_a_snapshot_that_is_no_table_of_this_game_is_not_gone_by(
    repairs: Repairs, damage: str
) -> None:
    await play_a_game(repairs.url, hands=1, keep_events=[False])
    await repairs.damage(*DAMAGES[damage])
    assert "  the snapshot does not belong to this game: " in await repairs()
    for action in ("restore", "refund"):
        await repairs.refused(action, "neither the snapshot nor the log can be read")


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
            SNAPSHOT + """regexp_replace(snapshot, '"stack":\\d+', '"stack":1')""",
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
        ("UPDATE game_snapshots SET snapshot = snapshot || ' '", "it has changed meanwhile"),
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
