"""docs/backup.md as an operator runs it, while two people are in the middle of a hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.database import check_database
from tests.e2e.guide import Shell, blocks, sections
from tests.e2e.process import REPOSITORY, reserve_port
from tests.external.debian_postgres import DebianPostgres, debian_postgres
from tests.external.runbooks.conftest import operator
from tests.external.runbooks.duel import Duel, serving

DOCUMENT = (REPOSITORY / "docs" / "backup.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.timeout(120)


async def test_a_dump_is_restored_under_another_owner_and_the_hand_goes_on(
    postgres: DebianPostgres, owner: str, database: str, workplace: Path
) -> None:
    duel, heir, plain = Duel(), postgres.role(), postgres.role()
    restored = postgres.database(heir)
    before, after = postgres.url(database, owner), postgres.url(restored, heir)
    given = operator(postgres, DATABASE_URL=before, RESTORED=after)
    async with Shell.opened(workplace, given) as shell:
        await shell.run(f"python server.py migrate --server-role {plain}")
        async with (
            serving(postgres.url(database, plain)) as server,
            duel.at(server) as players,
        ):
            await players.stay_in()
            seen = players.see()
            for section in ("Back up", "Restore"):
                for block in blocks(DOCUMENT, sections(DOCUMENT, 2)[section]):
                    await shell.follow(block)
    await goes_on(postgres.url(restored, plain), duel, seen)


async def test_a_base_backup_is_recovered_to_a_moment_and_the_hand_goes_on(
    workplace: Path,
) -> None:
    duel = Duel()
    archive, reserved = workplace / "archive", reserve_port()
    archive.mkdir()
    copying = f"archive_command=test ! -f {archive}/%f && cp %p {archive}/%f"
    port = reserved.getsockname()[1]
    with debian_postgres("archive_mode=on", copying) as postgres:
        postgres.account.own(archive)
        owner = postgres.role()
        name = postgres.database(owner)
        now, then = postgres.url(name, owner), postgres.url(name, owner, port)
        document = DOCUMENT.replace("/backup/wal", str(archive)).replace("5433", str(port))
        setup, backup, mark, recover, promoted, verify = blocks(
            document, sections(document, 2)["Point-in-time recovery"]
        )
        given = operator(postgres, DATABASE_URL=now, RECOVERED=then, ADMIN_URL=postgres.url())
        as_admin = operator(postgres, DATABASE_URL=postgres.url(), ADMIN_URL=postgres.url())
        async with (
            Shell.opened(workplace, given) as shell,
            Shell.opened(workplace, as_admin) as admin,
            Shell.opened(postgres.directory, as_admin, postgres.account) as account,
        ):
            await admin.follow(setup)
            async with serving(now) as server, duel.at(server) as players:
                await account.follow(backup)
                await players.stay_in()
                seen = players.see()
                await admin.follow(mark)
                await players.fold()
            with recovered(postgres):
                await account.follow(recover)
                await shell.follow(promoted)
                await shell.follow(verify)
                await goes_on(then, duel, seen)
    reserved.close()


async def goes_on(url: str, duel: Duel, seen: object) -> None:
    """See that a server on this database has the hand as it was, and play it to its end."""
    async with serving(url) as server, duel.at(server) as players:
        assert players.see() == seen
        await players.stay_in()
        await players.fold()
    assert await check_database(url)


@contextmanager
def recovered(postgres: DebianPostgres) -> Iterator[None]:
    """Stops the server that the guide starts."""
    try:
        yield
    finally:
        postgres.run("pg_ctl", "-D", "recovered", "-m", "immediate", "stop")
