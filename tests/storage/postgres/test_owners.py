"""Who may claim a table in a real Postgres: leases, their ends, and the fence of each row."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from structlog.testing import capture_logs

from pokerws.game.state import TableId
from pokerws.storage.errors import OwnedElsewhere, StoreUnavailable
from pokerws.storage.postgres import lease as lease_module
from pokerws.storage.postgres import owners
from pokerws.storage.postgres.owners import OtherOwner
from pokerws.storage.store import SEEN, Position
from tests.storage.changes import START_MS, change
from tests.storage.postgres.conftest import Connection, Server

T1, T2 = TableId("t1"), TableId("t2")
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
EXPIRE = "UPDATE owners SET lease_until = now() - interval '1 second' WHERE incarnation = $1"


async def backend_of(server: Server) -> int:
    """The backend that reads."""
    async with server.store._reader() as reader:
        pid: int = await reader.fetchval("SELECT pg_backend_pid()")
        return pid


async def test_a_table_of_a_living_server_is_claimed_by_no_other_one(
    first: Server, second: Server
) -> None:
    await first.store.save([change("t1")])

    before = await backend_of(second)
    with pytest.raises(OwnedElsewhere, match="poker-1"):
        await second.store.claim(T1)
    # Whoever asks for it again and again costs no connections.
    assert await backend_of(second) == before
    assert await second.store.claim_many([T1]) == {}
    # Nor does it close one that is abandoned.
    assert await second.store.idle(2 * START_MS, 10) == []
    assert await first.store.idle(2 * START_MS, 10) == [T1]
    assert await first.store.position(T1) == Position(1, 1, first.tenure.id)
    claimed = await first.store.claim(T1)
    assert claimed is not None
    assert claimed.epoch == 2
    assert await second.lease.register(is_alone=False) == [OtherOwner("poker-1", 1)]


async def test_a_server_that_stops_gives_its_tables_up_at_once(
    first: Server, second: Server
) -> None:
    second.tenure.is_patient = True
    await first.store.save([change("t1"), change("t2")])
    await first.lease.give_up()

    assert await second.store.idle(2 * START_MS, 10) == [T1, T2]
    assert await second.store.claim(T1) is not None
    assert list(await second.store.claim_many([T2])) == [T2]
    # What it had still to write is not written any more.
    assert await first.store.save([change("t1", 1)]) == set()
    assert await first.store.position(T1) == Position(1, 2, second.tenure.id)


async def test_an_owner_whose_lease_is_over_is_ended_once_it_had_time_to_renew(
    first: Server, second: Server, operator: Connection
) -> None:
    await first.store.save([change("t1")])
    await operator.execute(EXPIRE, first.tenure.id)

    second.tenure.is_patient = True
    with pytest.raises(OwnedElsewhere, match="poker-1"):
        await second.store.claim(T1)
    # Nobody has ended it, so it goes on.
    assert await first.lease.renew()
    await operator.execute(EXPIRE, first.tenure.id)
    second.tenure.is_patient = False
    assert second.lease.found_dead == 0
    assert await second.store.claim(T1) is not None
    assert second.lease.found_dead == 1
    assert not await first.lease.renew()
    assert await first.store.save([change("t1", 1)]) == set()


async def test_an_owner_that_nobody_knows_any_more_cannot_come_back(
    first: Server, second: Server, operator: Connection
) -> None:
    await first.store.save([change("t1")])
    await operator.execute("DELETE FROM owners WHERE incarnation = $1", first.tenure.id)

    assert await second.store.claim(T1) is not None
    assert not await first.lease.renew()


async def test_an_owner_whose_row_an_older_copy_lacks_registers_again(
    first: Server, second: Server, operator: Connection
) -> None:
    await first.store.save([change("t1")])
    await operator.execute("DELETE FROM owners WHERE incarnation = $1", first.tenure.id)

    assert await first.lease.renew()
    with pytest.raises(OwnedElsewhere):
        await second.store.claim(T1)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    "end",
    [
        ("stopped", True, False),
        ("stopped early", True, True),
        ("process gone", True, True),
        ("lease over", None, True),
        ("process gone", False, False),
    ],
)
async def test_an_owner_that_may_have_shown_what_is_not_stored_is_doubted_until_the_next_save(
    first: Server,
    second: Server,
    operator: Connection,
    end: tuple[str, bool | None, bool],
    *,
    many: bool,
) -> None:
    ended_why, runs_ahead, is_doubted = end

    async def doubted_by(server: Server) -> list[str]:
        if many:
            claimed = (await server.store.claim_many([T1]))[T1]
        else:
            one = await server.store.claim(T1)
            assert one is not None
            claimed = one
        return list(claimed.doubted)

    await first.store.save([change("t1")])
    assert await doubted_by(first) == []
    await operator.execute(
        "UPDATE owners SET ended_at = now(), ended_why = $2, runs_ahead = $3"
        " WHERE incarnation = $1",
        *(first.tenure.id, ended_why, runs_ahead),
    )
    doubted = [first.tenure.id] if is_doubted else []

    assert await doubted_by(second) == doubted
    # As long as nothing is saved, whoever comes next must ask as well.
    assert await doubted_by(second) == doubted
    epoch = (await second.store.positions([T1]))[T1].epoch
    assert await second.store.save([change("t1", 1, epoch=epoch)]) == {T1}
    assert await doubted_by(second) == []


async def test_a_row_behind_what_the_claiming_server_has_shown_is_marked(first: Server) -> None:
    await first.store.save([change("t1")])

    level, behind = await first.store.claim(T1, 0, 1), await first.store.claim(T1, 0, 2)

    assert level is not None
    assert behind is not None
    assert (list(level.doubted), list(behind.doubted)) == ([], [SEEN])


async def test_an_operator_marks_the_hands_of_a_restored_copy(
    first: Server, operator: Connection
) -> None:
    await first.store.save([change("t1")])
    await operator.execute("UPDATE games SET doubted_owners = ARRAY['*']")

    claimed = await first.store.claim(T1)

    assert claimed is not None
    assert list(claimed.doubted) == [SEEN]


async def test_a_server_says_whether_it_runs_ahead_and_whether_all_is_stored(
    first: Server, operator: Connection
) -> None:
    first.tenure.runs_ahead = True
    first.tenure.begin_again()
    await first.lease.renew()
    await first.lease.give_up(all_stored=False)

    row = await operator.fetchrow("SELECT * FROM owners WHERE incarnation = $1", first.tenure.id)
    assert row is not None
    assert (row["runs_ahead"], row["ended_why"]) == (True, "stopped early")


async def test_owners_are_settled_when_no_table_will_be_asked_about_them(
    first: Server, second: Server, operator: Connection
) -> None:
    first.tenure.runs_ahead = True
    first.tenure.begin_again()
    await first.lease.renew()
    await first.store.save([change("t1")])
    own = first.tenure.id
    assert await second.lease.settled([own, "unknown"]) == []
    await operator.execute(owners.END, own, "process gone")
    assert await second.lease.settled([own]) == []
    claimed = await second.store.claim(T1)
    assert claimed is not None
    assert await second.lease.settled([own]) == []
    await second.store.save([change("t1", 1, epoch=claimed.epoch)])
    assert await second.lease.settled([own]) == [own]


async def test_the_same_epoch_of_another_owner_is_fenced(
    first: Server, second: Server, operator: Connection
) -> None:
    """After a failover that lost the last claim, the same epoch is given twice."""
    await first.store.save([change("t1")])
    await operator.execute("UPDATE games SET owner_incarnation = $1", second.tenure.id)

    assert await first.store.save([change("t1", 1)]) == set()
    assert await second.store.save([change("t1", 1)]) == {T1}


async def test_a_claim_keeps_above_an_epoch_that_viewers_have_seen(first: Server) -> None:
    await first.store.save([change("t1")])

    claimed = await first.store.claim(T1, 7)

    assert claimed is not None
    assert claimed.epoch == 8


async def test_nothing_is_claimed_before_the_owner_is_registered(first: Server) -> None:
    await first.store.save([change("t1")])
    first.tenure.begin_again()

    with pytest.raises(StoreUnavailable, match="no lease"):
        await first.store.claim(T1)
    with pytest.raises(StoreUnavailable, match="no lease"):
        await first.store.claim_many([T1])


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # type: ignore[misc]
            pass


@pytest.mark.parametrize("who", ["renewal", "end"])
async def test_of_a_renewal_and_an_end_only_one_can_happen(
    first: Server, operator: Connection, database_url: str, who: str
) -> None:
    """Whichever locks the row first, even if it takes its time to commit."""
    await operator.execute(EXPIRE, first.tenure.id)
    other = await asyncpg.connect(database_url)
    renew = (owners.RENEW, first.tenure.id, "poker-1", "", 3_000, True)
    end = (owners.END_EXPIRED, first.tenure.id)
    before, after = (renew, end) if who == "renewal" else (end, renew)
    async with operator.transaction():
        assert await operator.fetchval(*before) is not None
        waiting = asyncio.create_task(other.fetchval(*after))
        await until(lambda: operator.fetchval(WAITS))
    assert await waiting is None
    await other.close()


async def test_servers_that_died_without_tables_are_ended_once_by_whoever_looks(
    first: Server, second: Server, operator: Connection
) -> None:
    dead = [f"dead-{number}" for number in range(2 * owners.MOST_ENDED + 5)]
    for name in dead:
        await operator.execute(owners.RENEW, name, name, "", 0, False)
    with capture_logs() as logs:
        lookers = [server.store.giving.holders_gone() for server in (first, second)]
        assert await asyncio.gather(*lookers) == [[], []]
    told = [line["node"] for line in logs if line["event"] == "owner_ended"]
    assert sorted(told) == sorted(dead)
    assert {node.node for node in await first.store.giving.nodes()} == {"poker-1", "poker-2"}
    # One of them was asleep, and learns it.
    assert await operator.fetchval(owners.RENEW, dead[0], dead[0], "", 3_000, False) is None


async def test_a_lease_that_is_renewed_at_this_moment_is_not_waited_for(
    first: Server, second: Server, operator: Connection
) -> None:
    await operator.execute(EXPIRE, first.tenure.id)
    async with operator.transaction():
        assert await operator.fetchval(owners.RENEW, first.tenure.id, "poker-1", "", 3_000, True)
        assert await second.store.giving.holders_gone() == []
    assert await first.lease.renew()


async def test_in_an_older_copy_nobody_is_ended_before_all_had_time_to_renew(
    first: Server, second: Server, operator: Connection
) -> None:
    await first.store.save([change("t1")])
    # All leases are of the time of the copy, and all connections are lost.
    await operator.execute("UPDATE owners SET lease_until = now() - interval '1 second'")
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
    await operator.execute(others, lease_module.APPLICATION)
    connection = second.lease._connection
    assert connection is not None
    while not connection.is_closed():  # noqa: ASYNC110  nothing tells
        await asyncio.sleep(0.001)
    second.lease._steady_s = lease_module.now_s() - lease_module.LEASE_S
    assert not second.tenure.is_patient
    assert await second.store.giving.holders_gone() == []
    with pytest.raises(OwnedElsewhere):
        await second.store.claim(T1)
    assert await second.lease.renew()
    assert second.tenure.is_patient
    assert await second.store.giving.holders_gone() == []
    assert await first.lease.renew()


async def test_a_server_that_died_long_ago_is_forgotten_although_nobody_has_ended_it(
    first: Server, second: Server, operator: Connection
) -> None:
    await first.store.save([change("t1")])
    await operator.execute("UPDATE owners SET lease_until = now() - interval '31 days'")
    await operator.execute(
        "INSERT INTO owners SELECT 'third', node, '', started_at, lease_until FROM owners LIMIT 1"
    )
    await operator.execute(owners.FORGET)
    # Not the one that has a table.
    assert await operator.fetchval("SELECT array_agg(node) FROM owners") == ["poker-1"]
    # Whoever was asleep for so long goes on.
    assert await second.lease.renew()


async def test_a_lost_lease_drops_all_tables_and_begins_again_as_another_owner(
    first: Server, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "BEAT_S", 0.01)
    was, lost = first.tenure.id, asyncio.Event()
    announced: list[str] = []
    first.lease.on_new_incarnation = announced.append
    first.lease.start(lost.set)
    assert await operator.fetchval(owners.END, was, "lease over") == "poker-1"

    await lost.wait()
    living = "SELECT incarnation FROM owners WHERE ended_at IS NULL"
    await until(lambda: operator.fetchval(living))

    assert await operator.fetchval(living) == first.tenure.id != was
    # Only then others may be told of it.
    await until(lambda: asyncio.sleep(0, announced))
    assert first.tenure.is_registered
    assert announced == [first.tenure.id]
    assert not first.lease.is_over


async def test_while_the_database_is_away_the_lease_runs_out_and_is_renewed_when_it_is_back(
    first: Server, database_url: str, databases: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_module, "BEAT_S", 0.01)
    monkeypatch.setattr(lease_module, "LEASE_S", 0.6)
    assert await first.lease.renew()
    owner = first.tenure.id
    name = database_url.partition("?")[0].rpartition("/")[2]
    admin = await asyncpg.connect(databases.server.dsn)  # type: ignore[attr-defined]
    first.lease.start(lambda: pytest.fail("nobody has taken over"))

    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    await admin.execute(drop, name)
    await until(lambda: asyncio.sleep(0, first.lease.is_over))
    assert first.lease.is_away
    assert first.tenure.is_patient, "others may not have been able to renew either"
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await until(lambda: asyncio.sleep(0, not first.lease.is_over))

    assert not first.lease.is_away
    assert first.tenure.id == owner
    await admin.close()


async def test_a_renewal_that_fails_after_a_sleep_past_the_lease_is_no_sign_of_an_outage(
    first: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server may have taken the tables, so they wait until a renewal succeeds."""
    monkeypatch.setattr(lease_module, "BEAT_S", 0.01)
    renew, slept_s, failures = first.lease.renew, 0.0, iter(range(1_000))
    awake_s = lease_module.now_s

    async def broken() -> bool:
        next(failures)
        raise StoreUnavailable("the connection broke meanwhile")

    monkeypatch.setattr(lease_module, "now_s", lambda: awake_s() + slept_s)
    slept_s = 2 * lease_module.LEASE_S
    monkeypatch.setattr(first.lease, "renew", broken)
    first.lease.start(lambda: pytest.fail("nobody has taken over"))
    await until(lambda: asyncio.sleep(0, next(failures) > 3))

    assert first.lease.is_over
    assert not first.lease.is_away
    monkeypatch.setattr(first.lease, "renew", renew)
    await until(lambda: asyncio.sleep(0, not first.lease.is_over))


def test_an_outage_in_which_nothing_answers_is_noticed_while_the_lease_lasts() -> None:
    noticed_s = lease_module.BEAT_S + lease_module.ANSWER_S
    assert noticed_s < lease_module.LEASE_S - lease_module.MARGIN_S
