"""What `verify` finds in a ledger that was tampered with."""

import io

import asyncpg
import pytest

from pokerws.game.state import PlayerId
from pokerws.maintenance import verify_ledger
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import START_MS
from tests.storage.played import play_a_game
from tests.vaults import VAULT

BOOK_A_CHIP = (
    "INSERT INTO transfers (at, reason, source, target, amount, game_id, seq) "
    "VALUES (now(), 'cash_out', 'table:t1', 'player:ada', 1, 't1', 8)"
)


async def verified(url: str, game: str | None = None) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    out = io.StringIO()
    code = await verify(address_of(url), game, out, io.StringIO(), vault=VAULT)
    return code, out.getvalue().splitlines()


@pytest.mark.parametrize("statement", verify_ledger.STATEMENTS, ids=["game", "moves", "ledger"])
async def test_each_statement_is_valid_in_a_migrated_database(
    operator: Connection, statement: str
) -> None:
    assert (await operator.prepare(statement)).get_query() == statement


async def test_a_ledger_as_it_was_played_holds_together(database_url: str) -> None:
    await play_a_game(database_url, "t1")
    await play_a_game(database_url, "t2")

    assert await verified(database_url) == (
        0,
        ["2 games verified, 0 mismatches", "4 accounts and 9 transfers verified, 0 mismatches"],
    )
    assert await verified(database_url, "t1") == (0, ["1 game verified, 0 mismatches"])


async def test_a_table_from_before_the_log_was_kept_is_checked_by_its_sums(
    database_url: str,
) -> None:
    await play_a_game(database_url, keep_events=(True, False, True))

    assert (await verified(database_url))[0] == 0


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (
            "UPDATE accounts SET balance = balance + 5 WHERE id = 'player:ada'",
            [
                "ledger: player:ada holds ",
                "ledger: the sum over players, tables and the house is 5",
            ],
        ),
        (
            "UPDATE games SET chips = chips + 7, balance = balance + 7",
            [
                "game t1: the column chips says ",
                "game t1: the column balance says ",
                "ledger: table:t1 holds ",
                "ledger: the sum over players, tables and the house is 7",
            ],
        ),
        (
            "DELETE FROM transfers WHERE reason = 'buy_in' AND source = 'player:bob'",
            [
                "game t1: the column balance says ",
                "event 3: the ledger has nothing, the log 10000 from player:bob",
                "game t1: the nets of its players add up to 10000 and not to zero",
                "ledger: player:bob holds ",
                "ledger: table:t1 holds ",
            ],
        ),
        (
            "UPDATE transfers SET source = 'player:cleo' WHERE source = 'player:ada'",
            [
                "event 2: the ledger has 10000 from player:cleo, the log 10000 from player:ada",
                "ledger: player:ada holds ",
                "ledger: player:cleo holds ",
            ],
        ),
        (
            BOOK_A_CHIP,
            ["event 8: the ledger has 1 to player:ada, the log nothing", "ledger: player:ada"],
        ),
        (
            "DELETE FROM accounts WHERE id = 'player:ada'",
            ["ledger: player:ada holds 0, and "],
        ),
    ],
)
async def test_tampering_with_chips_is_told(
    database_url: str, operator: Connection, tampering: str, found: list[str]
) -> None:
    await play_a_game(database_url, "t1")
    await operator.execute(tampering)

    code, lines = await verified(database_url)

    assert code == 1
    for words in found:
        assert any(words in line for line in lines), (words, lines)


async def test_a_table_from_before_there_was_a_ledger_holds_together(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url)
    # As migration 0004 books it: what had come by then is one line, from the house.
    await operator.execute(
        """
        WITH gone AS (DELETE FROM transfers WHERE game_id = 't1' RETURNING source, amount, at),
        back AS (
            UPDATE accounts SET balance = balance + gone.amount FROM gone WHERE id = gone.source
        ), opening AS (
            INSERT INTO transfers (at, reason, source, target, amount, game_id, seq)
            SELECT max(at), 'opening', 'house', 'table:t1', sum(amount), 't1',
                   (SELECT version FROM games)
            FROM gone
        )
        UPDATE accounts SET balance = balance - (SELECT sum(amount) FROM gone) WHERE id = 'house'
        """
    )

    assert (await verified(database_url))[0] == 0


async def test_accounts_of_people_who_never_played_are_verified_too(
    database_url: str, operator: Connection
) -> None:
    store = await PostgresStore.open(address_of(database_url))
    await store.accounts.open(PlayerId("dan"), 50, START_MS)
    await store.close()

    assert (await verified(database_url))[0] == 0
    await operator.execute("UPDATE accounts SET balance = 0 WHERE id = 'player:dan'")

    code, lines = await verified(database_url)
    assert code == 1
    assert lines[0] == "ledger: player:dan holds 0, and 50 is booked"
    assert lines[-1] == "2 accounts and 1 transfer verified, 2 mismatches"


async def test_an_account_below_zero_is_refused_by_the_database(
    database_url: str, operator: Connection
) -> None:
    store = await PostgresStore.open(address_of(database_url))
    await store.accounts.open(PlayerId("dan"), 50, START_MS)
    await store.close()

    with pytest.raises(asyncpg.CheckViolationError, match="accounts_balance_covered"):
        await operator.execute("UPDATE accounts SET balance = -1 WHERE id = 'player:dan'")
