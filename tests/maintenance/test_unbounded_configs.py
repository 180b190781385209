"""A stored config with numbers that an older version had no bound for troubles no other game."""

import io

from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from tests.maintenance.archiving import Archiving
from tests.maintenance.repairs import UNBOUNDED
from tests.maintenance.test_prune import close_games, pruned

BAD, GOOD = "t1", "t2"


async def test_the_other_games_are_verified_archived_and_pruned(
    database_url: str, operator: Connection, archiving: Archiving
) -> None:
    await close_games(database_url, BAD, GOOD)
    for statement in UNBOUNDED:
        key = "id" if statement.startswith("UPDATE games ") else "game_id"
        more = "AND" if "WHERE" in statement else "WHERE"
        assert await operator.execute(f"{statement} {more} {key} = '{BAD}'") == "UPDATE 1"

    out = io.StringIO()
    assert await verify(address_of(database_url), None, out, io.StringIO()) == 1
    lines = out.getvalue().splitlines()
    assert {line.partition(":")[0] for line in lines if line.startswith("game ")} == {f"game {BAD}"}
    assert "2 games verified, 2 mismatches" in lines

    code, lines = await archiving()
    assert code == 1
    assert lines[0].startswith(f"game {BAD}: left alone: its snapshot cannot be read")
    assert archiving.files == [f"{GOOD}-1-3.phhs.gz"]

    code, lines = await pruned(archiving)
    assert (code, lines[0].partition(":")[0]) == (0, "2 games deleted")
