"""When the numbers of a table's events go on for viewers, after another claim, and when not."""

import shutil

import pytest

from pokerws.game.state import TableId
from pokerws.storage.postgres import owners
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.migrate import migrate
from pokerws.storage.store import NEW_BRANCH, Claimed
from tests.postgres_fixtures import new_directory
from tests.storage.changes import START_MS, change
from tests.storage.clusters import ask, start
from tests.storage.postgres.conftest import Server, a_server

T1 = TableId("t1")


async def claimed_by(server: Server, **what: int) -> Claimed:
    claimed = await server.store.claim(T1, **what)
    assert claimed is not None
    return claimed


async def registered(server: Server, *, runs_ahead: bool) -> str:
    """Another incarnation of the server, in this mode; its id."""
    server.tenure.begin_again()
    server.tenure.runs_ahead = runs_ahead
    await server.lease.renew()
    server.tenure.is_patient = False
    return server.tenure.id


ENDS = ("stopped", "stopped early", "process gone", "lease over")
SHOWN_IS_STORED = [(False, why) for why in ENDS] + [(True, "stopped")]
SHOWN_MAY_NOT_BE = [(True, why) for why in ENDS[1:]]


@pytest.mark.parametrize("end", [*SHOWN_IS_STORED, *SHOWN_MAY_NOT_BE])
async def test_the_next_server_goes_on_if_the_log_has_all_that_the_last_one_has_shown(
    first: Server, second: Server, operator: Connection, end: tuple[bool, str]
) -> None:
    runs_ahead, why = end
    own = await registered(first, runs_ahead=runs_ahead)
    await first.store.save([change("t1")])
    await operator.execute(owners.END, own, why)

    claimed = await claimed_by(second)

    assert claimed.epoch == 2
    assert (claimed.branch == 1) is (end in SHOWN_IS_STORED)


async def test_what_a_branch_is_survives_any_number_of_servers(
    first: Server, second: Server, operator: Connection
) -> None:
    """Durable acks are turned off and on again; each time the server is killed."""
    own = await registered(first, runs_ahead=False)
    await first.store.save([change("t1")])
    branches, version = [], 1
    for server, runs_ahead in ((second, True), (first, False), (second, False), (first, False)):
        await operator.execute(owners.END, own, "process gone")
        own = await registered(server, runs_ahead=runs_ahead)
        claimed = await claimed_by(server)
        branches.append(claimed.branch)
        # The doubt about cards ends with it.
        assert await server.store.save([change("t1", version, epoch=claimed.epoch)]) == {T1}
        version += 1
    # The second of them was the one that ran ahead.
    assert branches[0] == 1
    assert branches[1] == branches[2] == branches[3] > START_MS


@pytest.mark.parametrize("runs_ahead", [False, True])
async def test_a_table_that_a_player_asks_for_while_it_is_taken_over_goes_on(
    first: Server, second: Server, operator: Connection, *, runs_ahead: bool
) -> None:
    own = await registered(first, runs_ahead=False)
    await registered(second, runs_ahead=runs_ahead)
    await first.store.save([change("t1", status="active", players=2)])
    await operator.execute(owners.END, own, "lease over")
    taken = await second.store.giving.claim_left([own], 10, active=True)
    assert taken[T1].branch == 1

    # The player's claim may come second.
    again = await claimed_by(second)

    assert again.epoch == taken[T1].epoch + 1
    assert (again.branch == 1) is not runs_ahead


async def test_a_table_that_left_memory_goes_on_if_all_is_stored(first: Server) -> None:
    await registered(first, runs_ahead=True)
    await first.store.save([change("t1", version=3)])

    back = await claimed_by(first, above_epoch=1, seen_seq=3)
    assert (back.epoch, back.branch) == (2, 1)
    behind = await claimed_by(first, above_epoch=2, seen_seq=4)
    assert behind.branch > START_MS
    again = await claimed_by(first, above_epoch=3, seen_seq=3)
    assert again.branch == behind.branch
    rolled_back = await claimed_by(first, above_epoch=4, seen_seq=NEW_BRANCH)
    assert rolled_back.branch >= behind.branch


async def test_a_row_below_a_known_epoch_is_of_an_older_copy(first: Server) -> None:
    await first.store.save([change("t1")])
    claimed = await claimed_by(first, above_epoch=7)
    assert (claimed.epoch, claimed.branch > START_MS) == (8, True)


@pytest.mark.parametrize(
    "edit",
    [
        # A release without leases, or somebody by hand.
        "UPDATE games SET epoch = epoch + 1",
        # `repair`.
        "UPDATE games SET owner_incarnation = NULL, epoch = epoch + 1",
        # The statement for a restored backup.
        "UPDATE games SET doubted_owners = ARRAY['*']",
        # A failover or a restore, and a server of an older release.
        "UPDATE owners SET timeline = '1/2/00000003'",
        "UPDATE owners SET timeline = NULL",
    ],
)
async def test_after_what_may_be_another_log_viewers_need_a_snapshot(
    first: Server, operator: Connection, edit: str
) -> None:
    await first.store.save([change("t1")])
    await operator.execute(edit)
    claimed = await claimed_by(first, above_epoch=1, seen_seq=1)
    assert claimed.branch > START_MS


async def test_a_role_that_may_not_know_the_timeline_claims_all_the_same(
    database_url: str, operator: Connection
) -> None:
    """Then nobody can tell an older copy, so each claim leads to a snapshot."""
    source: str = await operator.fetchval(
        "SELECT prosrc FROM pg_proc WHERE proname = 'database_timeline'"
    )
    await operator.execute(
        "CREATE OR REPLACE FUNCTION database_timeline() RETURNS text LANGUAGE plpgsql STABLE AS $f$"
        + source.replace("RETURN (", "RAISE insufficient_privilege; RETURN (")
        + "$f$"
    )
    assert await operator.fetchval("SELECT database_timeline()") is None
    async with a_server(database_url, "poker-1") as server:
        await server.store.save([change("t1")])
        claimed = await claimed_by(server, above_epoch=1, seen_seq=1)
        assert claimed.branch > START_MS


async def test_the_stored_branch_is_that_of_the_last_claim(first: Server) -> None:
    await first.store.save([change("t1")])
    for above, seen in ((1, 1), (2, NEW_BRANCH)):
        claimed = await claimed_by(first, above_epoch=above, seen_seq=seen)
        stored = await first.store.look(T1)
        assert stored is not None
        assert stored.branch == claimed.branch


async def test_a_database_that_was_promoted_is_on_another_timeline() -> None:
    """A standby that takes over begins one too, and so does a point-in-time recovery."""
    directory = new_directory()
    try:
        postgres = await start(directory)
        await migrate(address_of(postgres.dsn))
        before = await timeline_of(postgres.dsn)
        assert await timeline_of(postgres.dsn) == before
        await postgres.stop()
        (postgres.cluster / "data" / "recovery.signal").touch()
        with (postgres.cluster / "data" / "postgresql.auto.conf").open("a") as settings:
            settings.write("restore_command = 'false'\n")
        postgres = await start(directory)
        # It answers before it has taken over.
        while await ask(postgres.dsn, "SELECT pg_is_in_recovery()"):
            pass
        after = await timeline_of(postgres.dsn)
        await postgres.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    cluster, _, timeline = str(before).rpartition("/")
    assert timeline == "00000001"
    assert after == f"{cluster}/00000002"


async def timeline_of(dsn: str) -> object:
    return await ask(dsn, "SELECT database_timeline()")
