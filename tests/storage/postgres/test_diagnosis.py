import asyncpg
import pytest

from pokerws.storage.postgres import diagnosis
from pokerws.storage.postgres.diagnosis import table_facts
from pokerws.storage.postgres.migrate import table_names

TABLES = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
"""


@pytest.mark.parametrize("statement", diagnosis.STATEMENTS, ids=range(len(diagnosis.STATEMENTS)))
async def test_each_statement_is_valid_in_a_migrated_database(
    database_url: str, statement: str
) -> None:
    connection = await asyncpg.connect(database_url)
    assert (await connection.prepare(statement)).get_query() == statement
    await connection.close()


async def test_all_tables_of_the_migrations_are_known_with_their_partitions(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    there = await connection.fetch(TABLES)
    known = await table_facts(connection, table_names())
    await connection.close()
    assert {table.name for table in known} == {row["relname"] for row in there}
    assert len([table for table in known if table.is_partition]) == 16
