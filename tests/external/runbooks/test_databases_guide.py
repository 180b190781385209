"""docs/databases.md as an operator runs it."""

import shutil
import time
from contextlib import AsyncExitStack
from pathlib import Path

import jwt
import pytest

from pokerws.client import connect
from pokerws.game.state import TableId
from pokerws.storage.postgres.migrate import SQL
from tests.e2e.database import check_database
from tests.e2e.guide import Shell, blocks, sections
from tests.e2e.process import REPOSITORY, ServerProcess, reserve_port
from tests.external.debian_postgres import QUOTED, DebianPostgres, debian_postgres
from tests.external.runbooks.conftest import operator
from tests.external.runbooks.duel import Duel, serving
from tests.storage.postgres.test_stored_tables import insert_stored

DOCUMENT = (REPOSITORY / "docs" / "databases.md").read_text(encoding="utf-8")
# So many files of sql/ made the schema that version 0.1.0 stored its tables in.
MIGRATIONS_OF_0_1_0 = 6
SECRET = "a secret that only this test knows"
CLAIMS = {"role": "player", "exp": int(time.time()) + 3600}
pytestmark = pytest.mark.timeout(120)


async def test_a_new_role_tries_its_address_and_applies_the_migrations_with_psql(
    postgres: DebianPostgres, workplace: Path
) -> None:
    name = f"new_{postgres.role()}"
    document = DOCUMENT.replace(" poker ", f" {name} ").replace(" poker;", f" {name};")
    create, *commands = [
        block
        for section in ("Connection URLs", "Queries and other programs")
        for block in blocks(document, sections(document, 2)[section])
    ]
    (workplace / "sql").symlink_to(REPOSITORY / "sql")
    url = postgres.url(name, name).replace(QUOTED, "a-long-secret")
    given, as_admin = (operator(postgres, DATABASE_URL=one) for one in (url, postgres.url()))
    async with (
        Shell.opened(workplace, given) as shell,
        Shell.opened(workplace, as_admin) as admin,
    ):
        await admin.follow(create)
        for block in commands:
            await shell.follow(block)
            assert block.expected


async def test_a_hand_is_moved_to_a_new_major_version_of_postgres(
    postgres: DebianPostgres, owner: str, database: str, workplace: Path, fresh: Path
) -> None:
    duel, old, new = Duel(), postgres.url(database, owner), f"embedded:{fresh}"
    async with serving(old) as server, duel.at(server) as players:
        await players.stay_in()
        seen = players.see()
    (move,) = blocks(DOCUMENT, sections(DOCUMENT, 2)["New major version of PostgreSQL"])
    async with Shell.opened(workplace, operator(postgres, OLD=old, NEW=new)) as shell:
        await shell.follow(move)
    async with serving(new) as server, duel.at(server) as players:
        assert players.see() == seen
        await players.stay_in()
        await players.fold()


async def test_tables_of_an_older_release_are_taken_over_in_the_middle_of_a_hand(
    postgres: DebianPostgres, owner: str, database: str, workplace: Path
) -> None:
    url, restored = postgres.url(database, owner), postgres.url(postgres.database(owner), owner)
    for file in sorted(SQL.glob("[0-9]*.sql"))[:MIGRATIONS_OF_0_1_0]:
        postgres.run("psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-f", file, url)
    await insert_stored(url)
    an_older_release(workplace / "old")
    dump, migrate, verify, back, restore = blocks(
        DOCUMENT, sections(DOCUMENT, 2)["Upgrade pokerws, and roll back"]
    )
    given = operator(
        postgres, DATABASE_URL=url, RESTORED=restored, USE_DB_REPOSITORY="true", PORT="0"
    )
    async with Shell.opened(workplace, given) as shell:
        await shell.follow(dump)
        await shell.follow(migrate)
        async with serving(url, use_auth_middleware=True, auth_secret=SECRET) as server:
            await play_the_hand_to_its_end(server)
        for block in (verify, back, restore):
            await shell.follow(block)


async def play_the_hand_to_its_end(server: ServerProcess) -> None:
    """Ada, Bob and Cleo come back to the second hand of their table, and fold in turn."""
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                connect(
                    server.socket_url,
                    token=jwt.encode({**CLAIMS, "sub": name, "name": name.title()}, SECRET),
                )
            )
            for name in ("ada", "bob", "cleo")
        }
        views = {name: await client.watch(TableId("nt")) for name, client in clients.items()}
        assert all(len(view.cards) == 2 and view.table.hand_number == 2 for view in views.values())
        for name in ("ada", "bob"):
            turn = await views[name].wait_for(lambda view: view.turn)
            await clients[name].act(TableId("nt"), turn.number, "fold")
        for view in views.values():
            await view.wait_for(lambda view: view.table.hand is None or view.table.hand_number == 3)


def an_older_release(place: Path) -> None:
    """The program as it was before the last migration."""
    leave_out = shutil.ignore_patterns("sql", "web", "__pycache__")
    shutil.copytree(REPOSITORY / "pokerws", place / "pokerws", ignore=leave_out)
    shutil.copy(REPOSITORY / "server.py", place)
    (place / "pokerws" / "sql").mkdir()
    for file in sorted(SQL.glob("[0-9]*.sql"))[:-1]:
        shutil.copy(file, place / "pokerws" / "sql")


async def test_a_replica_takes_over_in_the_middle_of_a_hand(workplace: Path) -> None:
    duel, reserved = Duel(), reserve_port()
    port = reserved.getsockname()[1]
    document = DOCUMENT.replace("5433", str(port))
    copy, start, synchronous, streaming, promote = blocks(
        document, sections(document, 2)["Replica and failover"]
    )
    with debian_postgres("synchronous_commit=on") as postgres:
        owner = postgres.role()
        name = postgres.database(owner)
        first, second = postgres.url(name, owner), postgres.url(name, owner, port)
        both = first.replace(
            "/" + name, f",127.0.0.1:{port}/{name}?target_session_attrs=read-write"
        )
        given = operator(postgres, DATABASE_URL=postgres.url(), ADMIN_URL=postgres.url())
        async with (
            Shell.opened(workplace, given) as admin,
            Shell.opened(postgres.directory, given, postgres.account) as account,
        ):
            await account.follow(copy)
            try:
                await account.follow(start)
                await admin.follow(synchronous)
                await admin.follow(streaming)
                async with serving(both) as server, duel.at(server) as players:
                    await players.stay_in()
                    seen = players.see()
                    postgres.run("pg_ctl", "-D", postgres.data, "-m", "immediate", "stop")
                    await account.follow(promote)
                    assert players.see() == seen
                    await players.stay_in()
                    await players.fold()
                    assert len(server.log("session_opened")) == 2, "nobody was disconnected"
                assert await check_database(second)
            finally:
                postgres.run("pg_ctl", "-D", "replica", "-m", "immediate", "stop")
    reserved.close()
