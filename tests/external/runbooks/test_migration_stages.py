"""The one page of docs/migration.md, on PostgreSQL as others run it.

tests/e2e/test_migration_guide.py runs the whole guide, on the embedded PostgreSQL.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.guide import Shell
from tests.e2e.operator import DOCUMENT, PACE, Operator, People, as_here
from tests.e2e.process import reserve_port
from tests.external.debian_postgres import DebianPostgres
from tests.external.pgbouncer import pgbouncer
from tests.external.runbooks.conftest import operator

pytestmark = pytest.mark.timeout(120)
# The bots need not hurry: what is looked at are the stages.
CALM = {"BOT_MIN_DELAY_MS": "50", "BOT_MAX_DELAY_MS": "100"}


@pytest.fixture(params=["direct", "session", "transaction"])
def url(
    request: pytest.FixtureRequest, postgres: DebianPostgres, owner: str, database: str
) -> Iterator[str]:
    """The address of an empty database and of its owner, who is no superuser, or a pooler's."""
    with ExitStack() as stack:
        port = 0
        if request.param != "direct":
            port = stack.enter_context(pgbouncer(postgres, request.param))
        yield postgres.url(database, owner, port)


async def test_the_stages_and_the_way_back_are_what_happens(
    url: str, postgres: DebianPostgres, workplace: Path
) -> None:
    given = dict(operator(postgres, **{**PACE, **CALM}))
    # As in the guide, it is in the file with the settings.
    del given["VAULT_KEYS"]
    with reserve_port() as reserved:
        port = reserved.getsockname()[1]
        document = as_here(DOCUMENT, url, port)
        async with Shell.opened(workplace, given) as shell:
            person = Operator(shell, document, People(port))
            await person.run(*person.page())
