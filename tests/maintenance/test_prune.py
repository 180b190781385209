"""Games that were really played and closed, and are deleted with all that is theirs."""

import asyncio
import io
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from pokerws.cli import main
from pokerws.game.state import PlayerId
from pokerws.maintenance import prune as prune_module
from pokerws.maintenance.errors import ArchiveError, PruneError
from pokerws.maintenance.prune import prune
from pokerws.storage.errors import PruneBusy
from pokerws.storage.postgres import pruning
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.pruning import Pruning
from pokerws.storage.postgres.store import PostgresStore
from tests.maintenance.archiving import LATER, Archiving, after_hand
from tests.storage.played import PlayedGame, open_accounts, play_a_game, writing

ROWS = """
SELECT (SELECT count(*) FROM games) AS games, (SELECT count(*) FROM game_events) AS events,
       (SELECT count(*) FROM pruned_logs) AS logs
"""
BALANCES = "SELECT id, balance FROM accounts ORDER BY id"
CARRIED = "SELECT source, target, amount FROM transfers WHERE reason = 'carried' ORDER BY 1, 2"


async def close_games(url: str, *games: str, hands: int = 2) -> None:
    """Play games, each into another hand, and close them."""
    store = await PostgresStore.open(address_of(url))
    await open_accounts(store)
    try:
        async with writing(store) as journal:
            for seed, game in enumerate(games):
                played = PlayedGame(journal, game, seed=seed)
                played.sit()
                played.play_hands(hands)
                played.play_until(lambda actor: actor.table.hand is not None)
                played.actor.close("operator")
    finally:
        await store.close()


async def pruned(
    archiving: Archiving,
    before: datetime = LATER,
    *,
    really: bool = True,
    with_archive: bool = False,
) -> tuple[int, list[str]]:
    """The exit code of `prune`, and its lines."""
    out = io.StringIO()
    place = archiving.place if with_archive else None
    code = await prune(
        address_of(archiving.url), before, out, io.StringIO(), place=place, really=really
    )
    return code, out.getvalue().splitlines()


async def rows(operator: Connection) -> tuple[int, ...]:
    """How many games, events, and games whose events are being deleted there are."""
    row = await operator.fetchrow(ROWS)
    assert row is not None
    return tuple(row)


async def history(url: str, player: str) -> list[tuple[int, str, int]]:
    store = await PostgresStore.open(address_of(url))
    try:
        booked = await store.accounts.history(PlayerId(player), None, 100)
    finally:
        await store.close()
    return [(one.id, one.reason, one.amount) for one in booked]


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[Connection]:
    """A connection like the command's, that can only read."""
    settings = {"default_transaction_read_only": "on"}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    yield connection
    await connection.close()


@pytest.mark.parametrize("statement", prune_module.STATEMENTS)
async def test_each_statement_is_valid_in_a_migrated_database(
    operator: Connection, statement: str
) -> None:
    assert (await operator.prepare(statement)).get_query() == statement


async def test_closed_games_go_with_their_events_and_the_ledger_still_adds_up(
    archiving: Archiving, operator: Connection
) -> None:
    await close_games(archiving.url, "t1", "t2")
    open_game = await play_a_game(archiving.url, "t3", hands=1)
    await archiving.holds_together(3)
    balances = await operator.fetch(BALANCES)
    lines_before = {player: await history(archiving.url, player) for player in ("ada", "bob")}
    events = await operator.fetchval("SELECT count(*) FROM game_events WHERE game_id <> 't3'")
    moved = await operator.fetchval("SELECT count(*) FROM transfers WHERE game_id <> 't3'")

    assert await pruned(archiving, really=False) == (
        0,
        [
            f"2 games were closed before 2000-01-01 00:00 UTC: {moved} transfers, {events} events",
            "nothing was deleted: add --yes to delete them",
            "to keep their hands in files, add --archive DIR",
        ],
    )
    assert (await rows(operator))[0] == 3

    # The grants of the three players go too: they are older than the date.
    assert await pruned(archiving) == (
        0,
        [f"2 games deleted: {moved + 3} transfers, {events} events"],
    )

    assert await operator.fetch(BALANCES) == balances
    assert await rows(operator) == (1, open_game.actor.table.seq, 0)
    await archiving.holds_together()
    for player, lines in lines_before.items():
        *newer, (number, reason, amount) = await history(archiving.url, player)
        # The history goes on as it was, from a line at the place of the newest that went.
        assert newer == lines[: len(newer)]
        assert (number, reason) == (lines[len(newer)][0], "carried")
        assert amount == sum(one[2] for one in lines[len(newer) :])
    assert await pruned(archiving) == (0, ["0 games deleted: 0 transfers, 0 events"])


async def test_later_prunes_leave_one_line_an_account(
    archiving: Archiving, operator: Connection
) -> None:
    for game in ("t1", "t2"):
        await close_games(archiving.url, game)
        await pruned(archiving)
        await archiving.holds_together(0)

    carried = await operator.fetch(CARRIED)
    assert len(carried) == 3
    assert sum(row["amount"] for row in carried) == 3 * 10**9
    assert await operator.fetchval("SELECT count(*) FROM transfers") == 3


async def test_a_player_who_lost_more_than_was_given_has_a_line_to_the_house(
    archiving: Archiving, operator: Connection
) -> None:
    await close_games(archiving.url, "t1")
    # The grant is not older than the date, so that only wins and losses are carried.
    await operator.execute("UPDATE transfers SET at = now() WHERE reason = 'grant'")

    await pruned(archiving)

    carried = await operator.fetch(CARRIED)
    assert {row["source"] for row in carried} > {"house"}
    assert sum(row["amount"] * (1 if row["source"] == "house" else -1) for row in carried) == 0
    await archiving.holds_together(0)


async def test_only_games_closed_before_the_date_go(
    archiving: Archiving, operator: Connection
) -> None:
    await close_games(archiving.url, "t1", hands=1)
    await close_games(archiving.url, "t2", hands=6)

    await pruned(archiving, after_hand(4))

    assert [row["id"] for row in await operator.fetch("SELECT id FROM games")] == ["t2"]
    await archiving.holds_together()


async def test_open_and_quarantined_games_and_chips_at_closed_ones_are_never_touched(
    archiving: Archiving, operator: Connection
) -> None:
    for game in ("t1", "t2", "t3"):
        await play_a_game(archiving.url, game, hands=1)
    await close_games(archiving.url, "t4")
    await operator.execute("UPDATE games SET status = 'closed' WHERE id = 't1'")
    await operator.execute("UPDATE games SET status = 'quarantined' WHERE id = 't2'")
    await operator.execute(
        "UPDATE transfers SET amount = amount + 1 WHERE id = (SELECT min(id) FROM transfers "
        "WHERE game_id = 't4')"
    )
    before = await operator.fetch("SELECT * FROM transfers ORDER BY id")

    assert await pruned(archiving) == (
        1,
        [
            "game t1: left alone: it holds 30000 chips: quarantine it, and refund them with repair",
            "game t4: left alone: its chips do not equal the ledger: see verify --game",
            "0 games deleted: 0 transfers, 0 events, 2 games left alone",
        ],
    )

    assert (await rows(operator))[0] == 4
    assert await operator.fetch("SELECT * FROM transfers ORDER BY id") == before


async def test_interrupted_anywhere_all_holds_together_and_the_next_prune_goes_on(
    archiving: Archiving,
    operator: Connection,
    reader: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pruning, "ROWS_A_STEP", 8)
    monkeypatch.setattr(pruning, "GAMES_A_STEP", 1)
    await close_games(archiving.url, "t1", "t2", hands=1)
    steps, deleted = 0, 0

    # Each prune does one step, and then its process is gone.
    while await (prune_once := Pruning(LATER)).step(reader):
        steps += 1
        deleted += prune_once.games
        await archiving.holds_together(2 - deleted)

    assert (deleted, await rows(operator)) == (2, (0, 0, 0))
    assert steps > 4


async def test_one_prune_runs_at_a_time(
    archiving: Archiving, operator: Connection, reader: Connection
) -> None:
    await close_games(archiving.url, "t1")
    async with operator.transaction():
        assert await operator.fetchval(pruning.LOCK)

        with pytest.raises(PruneBusy):
            await Pruning(LATER).step(reader)
        with pytest.raises(PruneError, match="another prune is running: wait until it is done"):
            await pruned(archiving)
    assert (await rows(operator))[0] == 1


async def test_a_row_that_somebody_is_changing_waits_for_the_next_prune(
    archiving: Archiving, operator: Connection
) -> None:
    await close_games(archiving.url, "t1", "t2")
    async with operator.transaction():
        await operator.execute("UPDATE games SET status = 'quarantined' WHERE id = 't1'")
        assert (await pruned(archiving))[1][0].startswith("1 game deleted")
    assert await operator.fetchval("SELECT status FROM games") == "quarantined"


async def test_players_play_on_while_games_are_deleted(
    archiving: Archiving, operator: Connection
) -> None:
    await close_games(archiving.url, *(f"t{number}" for number in range(8)), hands=1)
    store = await PostgresStore.open(address_of(archiving.url))
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal, "live")
            played.sit()
            going = asyncio.create_task(pruned(archiving))
            while not going.done():
                played.play_hands(1)
                await journal.flush(10)
            played.actor.close("operator")
    finally:
        await store.close()
    assert going.result()[0] == 0
    assert [row["id"] for row in await operator.fetch("SELECT id FROM games")] == ["live"]
    await archiving.holds_together()


async def test_all_hands_of_a_game_are_kept_in_a_file_before_it_goes(
    archiving: Archiving, operator: Connection
) -> None:
    await close_games(archiving.url, "t1")
    # A part went before, and what is left is the hand that was broken off.
    await archiving(after_hand(2))
    # Interrupted after the file was written, it repeats nothing.
    shutil.copytree(archiving.place, archiving.place.with_name("before"))
    await close_games(archiving.url, "t2")
    await operator.execute(
        "UPDATE game_events SET payload = 'no JSON' WHERE game_id = 't2' AND seq = 9"
    )

    code, lines = await pruned(archiving, with_archive=True)

    assert archiving.files == ["t1-1-2.phhs.gz", "t1-3-3.phhs.gz"]
    (hand,) = archiving.hands("t1-3-3.phhs.gz")
    assert hand["_cancelled"] is True
    assert code == 1
    assert lines[0].startswith("game t2: left alone: event 9 cannot be read")
    assert lines[1].startswith("1 game deleted: ")
    assert [row["id"] for row in await operator.fetch("SELECT id FROM games")] == ["t2"]


async def test_a_file_that_does_not_hold_what_was_written_keeps_the_game(
    archiving: Archiving, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await close_games(archiving.url, "t1")
    monkeypatch.setattr("os.fsync", lambda _: (archiving.place / ".t1.part").write_bytes(b""))

    with pytest.raises(ArchiveError, match="does not hold what was written: check the disk"):
        await pruned(archiving, with_archive=True)

    assert (await rows(operator))[0] == 1


@pytest.mark.parametrize("age", ["x", "d", "-1d", "36501d", "٣d", "90"])
def test_a_date_that_is_none_is_refused(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["prune", f"--closed-before={age}"])

    assert caught.value.code == 2
    assert "expected a date like 2026-01-31 or an age like 90d" in capsys.readouterr().err


def test_the_command_counts_by_age(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    # The log of this process is that of all tests.
    monkeypatch.setattr("pokerws.cli.logs.configure", lambda *_: None)
    before = datetime.now(UTC) - timedelta(days=90)

    assert main(["prune", "--closed-before", "90d"]) == 0

    assert f"0 games were closed before {before:%Y-%m-%d}" in capsys.readouterr().out
