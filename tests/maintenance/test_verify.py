"""What `verify` finds in games that were really played and then tampered with."""

import io
import json
import re
from pathlib import Path

import asyncpg
import pytest

from pokerws.game.counted import counted
from pokerws.game.events import LogRestarted
from pokerws.maintenance import stored_log
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.log_replay import MOST_MISMATCHES
from pokerws.maintenance.verify import verify
from pokerws.storage.errors import DatabaseError, EmbeddedError
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection, connected
from pokerws.storage.postgres.database import reachable
from pokerws.storage.postgres.embedded import EmbeddedPostgres
from pokerws.storage.postgres.embedded.running import running
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.vault import Vault
from tests.maintenance.repairs import SNAPSHOT
from tests.storage.clusters import ask, serving
from tests.storage.played import play_a_game
from tests.vaults import VAULT

# The last event that was an action with an amount, of those before the hand in play.
CALLED = "(SELECT max(seq) FROM game_events WHERE type = 'called' AND seq < 40)"

LEDGER_TOTALS = re.compile(r"\d+ accounts? and \d+ transfers? verified, 0 mismatches")


async def verified(
    url: str, game: str | None = None, *, events_off: bool = False, vault: Vault = VAULT
) -> tuple[int, list[str]]:
    """The exit code and the lines, without the totals of a ledger that is as it should be."""
    out = io.StringIO()
    code = await verify(
        address_of(url), game, out, io.StringIO(), events_off=events_off, vault=vault
    )
    lines = out.getvalue().splitlines()
    return code, [line for line in lines if not LEDGER_TOTALS.fullmatch(line)]


@pytest.mark.parametrize("statement", stored_log.STATEMENTS, ids=range(len(stored_log.STATEMENTS)))
async def test_each_statement_is_valid_in_a_migrated_database(
    operator: Connection, statement: str
) -> None:
    assert (await operator.prepare(statement)).get_query() == statement


async def test_games_as_they_were_played_hold_together(database_url: str) -> None:
    for game in ("t1", "t2", "t3"):
        await play_a_game(database_url, game)

    assert await verified(database_url) == (0, ["3 games verified, 0 mismatches"])
    assert await verified(database_url, "t2") == (0, ["1 game verified, 0 mismatches"])


async def test_a_database_without_games_holds_together(database_url: str) -> None:
    assert await verified(database_url) == (0, ["0 games verified, 0 mismatches"])


async def test_games_are_read_a_page_of_ids_and_events_at_a_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_log, "PAGE", 2)
    for game in ("t1", "t2", "t3"):
        await play_a_game(database_url, game, hands=1)

    assert await verified(database_url) == (0, ["3 games verified, 0 mismatches"])


async def test_an_unknown_game_is_an_error(database_url: str) -> None:
    with pytest.raises(NotStored, match="no game nowhere"):
        await verified(database_url, "nowhere")


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("DELETE FROM game_events WHERE seq = 1", "the log begins with event 2 (player_sat)"),
        ("DELETE FROM game_events WHERE seq = 9", "event 9 is missing from the log"),
        ("DELETE FROM game_events WHERE seq IN (9, 10)", "events 9 to 10 are missing"),
        (
            "DELETE FROM game_events WHERE seq = (SELECT version FROM games)",
            "events were lost, or have not been kept since",
        ),
        (
            (
                "INSERT INTO game_events SELECT game_id, seq + 1, hand_number, 'player_sat_out', "
                """'{"type":"player_sat_out","seat":0,"reason":"asked"}', at """
                "FROM game_events ORDER BY seq DESC LIMIT 1"
            ),
            "the log goes on to event",
        ),
        (
            SNAPSHOT + """regexp_replace(snapshot, '"stack":\\d+', '"stack":1')""",
            (
                "the snapshot differs from the log at event 267: "
                "seats[0].stack is 1 in the snapshot and "
            ),
        ),
        (
            SNAPSHOT + """regexp_replace(snapshot, '"board":."..","', '"board":["??","')""",
            (
                "the snapshot differs from the log at event 267: "
                "hand.board[0] is '??' in the snapshot"
            ),
        ),
        ("UPDATE game_snapshots SET snapshot = '{}'", "the snapshot cannot be read: "),
        ("UPDATE game_snapshots SET snapshot = 'no JSON'", "the snapshot cannot be read: "),
        (
            "UPDATE game_snapshots SET snapshot = repeat('[', 100000)",
            "the snapshot cannot be read: ",
        ),
        (
            SNAPSHOT + """replace(snapshot, '"NT"', '"ZZ"')""",
            "config.variant is 'ZZ' in the snapshot and 'NT' in the replay",
        ),
        ("UPDATE games SET status = 'waiting'", "the column status says 'waiting', the snapshot"),
        ("UPDATE games SET hand_number = 77", "the column hand_number says 77, the snapshot "),
        ("UPDATE games SET total_pot = 77", "the column total_pot says 77, the snapshot "),
        (
            "UPDATE games SET version = 77777",
            "the log ends with event 267, and the row is of event",
        ),
        ("UPDATE games SET version = 7", "the column version says 7, the snapshot 267"),
        ("UPDATE games SET players = 1", "the column players says 1, the snapshot 3"),
        ("UPDATE games SET name = 'x'", "the column name says 'x', the snapshot 'Main table'"),
        (
            'UPDATE game_events SET payload = \'{"type":"checked"}\' WHERE seq = 9',
            "event 9 cannot be read: ",
        ),
        ("UPDATE game_events SET payload = '{\"type\":' WHERE seq = 9", "event 9 cannot be read: "),
        (
            """UPDATE game_events SET payload = '{"type":"checked","seat":7}' WHERE seq = 9""",
            "event 9 (checked) cannot have happened: ",
        ),
        (
            (
                """UPDATE game_events SET payload = '{"type":"called","seat":0,"amount":99999}' """
                f"WHERE seq = {CALLED}"
            ),
            "cannot pay 99999 of",
        ),
        ("UPDATE game_events SET type = 'folded' WHERE seq = 9", "the column type says 'folded'"),
        (
            "UPDATE game_events SET hand_number = 9 WHERE seq = 9",
            "event 9: the column hand_number says 9, the replay 1",
        ),
        (
            (
                """UPDATE game_events SET payload = replace(payload, '"amount":', '"amount":1') """
                "WHERE seq = (SELECT min(seq) FROM game_events WHERE type = 'pot_awarded')"
            ),
            "chips are not conserved: after event ",
        ),
        (
            (
                """INSERT INTO game_events SELECT game_id, seq + 1, hand_number, 'table_opened', """
                "(SELECT payload FROM game_events WHERE seq = 1), at "
                "FROM game_events ORDER BY seq DESC LIMIT 1"
            ),
            "opens the table once more",
        ),
    ],
)
async def test_tampering_is_one_line_that_names_the_game_and_what_differs(
    database_url: str, operator: Connection, tampering: str, told: str
) -> None:
    await play_a_game(database_url, "t1")
    changed = await operator.execute(tampering)
    assert not changed.endswith(" 0"), "nothing was tampered with"

    code, lines = await verified(database_url)

    assert code == 1
    assert lines[0].startswith("game t1: ")
    assert any(told in line for line in lines), lines
    assert lines[-1] == f"1 game verified, {counted(len(lines) - 1, 'mismatch', 'mismatches')}"


async def test_chips_conjured_in_the_log_and_in_the_snapshot_alike_are_found(
    database_url: str, operator: Connection
) -> None:
    played = await play_a_game(database_url)
    table = played.actor.table
    # The last pot of all gives a thousand chips more, and the winner still has them.
    row = await operator.fetchrow(
        "SELECT seq, payload FROM game_events WHERE type = 'pot_awarded' ORDER BY seq DESC LIMIT 1"
    )
    assert row is not None
    award = json.loads(row["payload"])
    award["shares"][0]["amount"] += 1_000
    seat = table.seats[award["shares"][0]["seat"]]
    assert seat is not None
    had, seat.stack = seat.stack, seat.stack + 1_000
    await operator.execute(
        "UPDATE game_events SET payload = $1 WHERE seq = $2", json.dumps(award), row["seq"]
    )
    await operator.execute(
        "UPDATE game_snapshots SET snapshot = replace(snapshot, $1, $2)",
        f'"name":"{seat.name}","stack":{had}',
        f'"name":"{seat.name}","stack":{seat.stack}',
    )

    _, lines = await verified(database_url)

    chips = [line for line in lines if "chips are not conserved" in line]
    assert len(chips) == 1
    assert f"after event {row['seq']} (pot_awarded) 31000 are at the table, and 30000" in chips[0]
    assert not [line for line in lines if ".stack is" in line]


async def test_a_tampered_game_does_not_hide_the_others(
    database_url: str, operator: Connection
) -> None:
    for game in ("t1", "t2", "t3"):
        await play_a_game(database_url, game, hands=1)
    await operator.execute("UPDATE game_snapshots SET snapshot = '{}' WHERE game_id = 't1'")
    await operator.execute("UPDATE games SET players = 9 WHERE id = 't3'")

    code, lines = await verified(database_url)

    assert code == 1
    assert [line.split(":")[0] for line in lines[:-1]] == ["game t1", "game t3"]
    assert lines[-1] == "3 games verified, 2 mismatches"


async def test_no_card_of_a_live_hand_is_told(database_url: str, operator: Connection) -> None:
    played = await play_a_game(database_url)
    hand = played.actor.table.hand
    assert hand is not None
    hand.deck.reverse()
    stored, _ = VAULT.seal_snapshot(TableSnapshot(played.actor.table))
    await operator.execute("UPDATE game_snapshots SET snapshot = $1", stored.decode())

    _, lines = await verified(database_url)

    assert lines[0] == (
        "game t1: the snapshot differs from the log at event 267: "
        "hand.deck[0] differs; hand.deck[1] differs; hand.deck[2] differs; and more"
    )


async def test_a_log_full_of_mismatches_is_not_told_in_full(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url)
    await operator.execute("UPDATE game_events SET hand_number = 99")

    _, lines = await verified(database_url)

    assert len(lines) == MOST_MISMATCHES + 2
    assert lines[-2] == "game t1: the log has more mismatches, which are not shown"


async def test_a_game_without_a_log_is_verified_as_far_as_it_can_be(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url, keep_events=[False])
    assert await verified(database_url) == (0, ["1 game verified, 0 mismatches, 1 without a log"])

    await operator.execute("UPDATE games SET total_pot = 1")

    code, lines = await verified(database_url)
    assert code == 1
    assert lines[-1] == "1 game verified, 1 mismatch, 1 without a log"


@pytest.mark.parametrize("keep_events", [[False, True], [True, False, True], [True, True]])
async def test_events_may_have_been_off_for_a_time(
    database_url: str, keep_events: list[bool]
) -> None:
    await play_a_game(database_url, keep_events=keep_events)

    assert await verified(database_url) == (0, ["1 game verified, 0 mismatches"])


async def test_chips_are_counted_from_where_the_log_begins_anew(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url, keep_events=[False, True])
    # A seat's stack, in the table that the log begins with.
    await operator.execute(
        """UPDATE game_events SET payload = regexp_replace(payload, '"stack":\\d+', '"stack":9')"""
        "WHERE type = 'log_restarted'"
    )

    code, lines = await verified(database_url)

    assert code == 1
    assert any("seats[0].stack is" in line or "cannot have happened" in line for line in lines)


async def test_a_log_cannot_begin_anew_with_the_table_of_another_event(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url, keep_events=[False, True])
    await operator.execute("DELETE FROM game_events WHERE type <> 'log_restarted'")
    await operator.execute("UPDATE game_events SET seq = seq + 1")

    _, lines = await verified(database_url)

    assert "(log_restarted) holds the table of event" in lines[0]


async def test_a_log_that_begins_anew_without_a_gap_must_hold_the_table_before_it(
    database_url: str, operator: Connection
) -> None:
    played = await play_a_game(database_url)
    seq = played.actor.table.seq
    table = played.actor.table
    whole = VAULT.seal_event(table.id, table.hand_number, LogRestarted(table))
    await operator.execute(
        "INSERT INTO game_events SELECT id, version + 1, hand_number, 'log_restarted', $1, "
        "updated_at FROM games",
        whole.decode(),
    )
    _, lines = await verified(database_url)
    assert f"the log goes on to event {seq + 1}" in lines[0]

    await operator.execute(
        """UPDATE game_events SET payload = regexp_replace(payload, '"stack":\\d+', '"stack":1') """
        "WHERE type = 'log_restarted'"
    )
    _, lines = await verified(database_url)
    told = f"event {seq + 1} (log_restarted) is not about the table before it: seats[0].stack is 1"
    assert told in lines[0]


async def test_a_log_that_ends_early_is_no_mismatch_while_events_are_off(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url, keep_events=[True, False])

    assert (await verified(database_url))[0] == 1
    code, lines = await verified(database_url, events_off=True)
    assert (code, lines) == (0, ["1 game verified, 0 mismatches, 1 without a log"])

    await operator.execute("DELETE FROM game_events WHERE seq = 9")
    assert (await verified(database_url, events_off=True))[0] == 1


@pytest.mark.parametrize("status", ["closed", "quarantined"])
async def test_a_table_that_was_set_aside_is_no_mismatch(
    database_url: str, operator: Connection, status: str
) -> None:
    await play_a_game(database_url)
    await operator.execute("UPDATE games SET status = $1", status)

    assert (await verified(database_url))[0] == 0


async def test_names_cannot_steer_the_terminal(database_url: str, operator: Connection) -> None:
    await play_a_game(database_url)
    await operator.execute("UPDATE games SET name = $1, players = 9", "\x1b[2J\n")

    _, lines = await verified(database_url)

    assert len(lines) == 3
    assert not [line for line in lines if "\x1b" in line]


async def test_it_reads_only(database_url: str) -> None:
    async with stored_log.open_stored(address_of(database_url)) as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("DELETE FROM games")


async def test_a_game_is_read_as_of_one_instant(database_url: str, operator: Connection) -> None:
    await play_a_game(database_url, hands=1)
    async with (
        stored_log.open_stored(address_of(database_url)) as connection,
        stored_log.one_view(connection),
    ):
        before = await stored_log.read_game(connection, "t1")
        await operator.execute("DELETE FROM game_events")
        assert [row async for row in stored_log.read_log(connection, VAULT, "t1")]
        assert before == await stored_log.read_game(connection, "t1")


async def test_a_database_that_is_not_migrated_is_one_clear_line(bare_database_url: str) -> None:
    with pytest.raises(DatabaseError, match="apply the migrations"):
        await verified(bare_database_url)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "postgresql://[x/y"])
async def test_a_database_that_cannot_be_reached_is_one_clear_line(url: str) -> None:
    with pytest.raises(DatabaseError, match="DATABASE_URL"):
        await verified(url)


# ---- a PostgreSQL of our own, which a server may be using


async def test_beside_a_process_that_has_the_directory_its_server_is_used(fresh: Path) -> None:
    with serving(fresh) as (_, address):
        async with reachable(address_of(f"embedded:{fresh}")) as found:
            assert found == address_of(f"embedded:{fresh}").running_at(address)
            async with connected(found, "test") as connection:
                assert await connection.fetchval("SELECT 1") == 1
        assert await ask(address, "SELECT 2") == 2


async def test_where_no_process_has_the_directory_a_server_is_started_and_stopped(
    fresh: Path,
) -> None:
    await (await EmbeddedPostgres.start(fresh, {"fsync": "off"})).stop()

    async with (
        reachable(address_of(f"embedded:{fresh}")) as address,
        connected(address, "test") as connection,
    ):
        assert await connection.fetchval("SELECT 1") == 1

    assert not (fresh / "cluster/data/postmaster.pid").exists()


async def test_no_database_is_made_where_there_is_none(place: Path) -> None:
    with pytest.raises(DatabaseError, match="there is no database in"):
        async with reachable(address_of(f"embedded:{place / 'db'}")):
            pass
    assert not (place / "db").exists()


@pytest.mark.parametrize(
    "pid_file",
    [
        "",
        "1\n/data\n0\n5432\n/tmp\n\n0 0\nstarting",
        "999999\n/data\n0\n5432\n/tmp\n\n0 0\nready  ",
    ],
)
async def test_a_server_that_is_not_ready_is_not_waited_for_without_end(
    place: Path, monkeypatch: pytest.MonkeyPatch, pid_file: str
) -> None:
    monkeypatch.setattr("pokerws.storage.postgres.embedded.running.FIND_S", 0.01)
    data = place / "cluster/data"
    data.mkdir(parents=True)
    (data / "postmaster.pid").write_text(pid_file)

    with pytest.raises(EmbeddedError, match="was not ready"):
        await running(place)

    assert (data / "postmaster.pid").read_text() == pid_file
