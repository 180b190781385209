"""What operators ask about players: signs of unfair play, all that is stored, and its erasure.

The games were really played, and are in a real database.
"""

import io
import json
import time
from typing import Any
from unittest.mock import ANY

import pytest

from pokerws.cli import main
from pokerws.fair_play.report import Inquiry
from pokerws.game.state import PlayerId, TableId
from pokerws.maintenance.errors import NotErasable, NotStored
from pokerws.maintenance.players.audit import STATEMENTS, audit
from pokerws.maintenance.players.player_data import (
    ERASED_NAME,
    INCOMPLETE,
    erase_player,
    export_player,
)
from pokerws.storage.chat import StoredLine
from pokerws.storage.connections import StoredConnection
from pokerws.storage.names import SeatName
from pokerws.storage.player_notes import NoteChange
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from tests.e2e.database import check_database
from tests.maintenance.archiving import Archiving
from tests.maintenance.test_prune import close_games
from tests.storage.played import PlayedGame, open_accounts, writing

ADA, BOB, CLEO = (PlayerId(name) for name in ("ada", "bob", "cleo"))
BALANCES = "SELECT id, balance FROM accounts ORDER BY id"
TRANSFERS = "SELECT source, target, amount, reason, game_id, seq FROM transfers ORDER BY id"
# All text of our tables that may name a person.
TEXTS = """
SELECT format('SELECT %L || %I::text FROM %I', relname || '.' || attname || ': ', attname, relname)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND attnum > 0 AND atttypid IN ('text'::regtype, 'jsonb'::regtype)
"""


async def told_about_ada(url: str) -> None:
    """Rows about Ada in every table that has some about players."""
    store = await PostgresStore.open(address_of(url))
    now_ms = time.time_ns() // 1_000_000
    try:
        await store.chat.add([StoredLine(TableId("t1"), 1, ADA, "Ada", "hello all", 1, 1)], {})
        await store.player_notes.change(ADA, BOB, NoteChange("a maniac", "", False), most=10)
        await store.names.claim("ada", ADA, "Ada", now_ms=now_ms, until_ms=now_ms + 1_000_000)
        seat = SeatName(TableId("t1"), ADA, "Ada")
        await store.names.hold("ada", seat, now_ms=now_ms, until_ms=now_ms + 1_000_000)
        await store.connections.put(
            [
                StoredConnection("c1", ADA, "192.0.2.7", now_ms - 1_000, now_ms),
                StoredConnection("c2", BOB, "192.0.2.7", now_ms - 500),
                StoredConnection("c3", CLEO, "198.51.100.9", now_ms - 500),
            ]
        )
    finally:
        await store.close()


async def everything(operator: Connection) -> list[str]:
    """Every text that is stored."""
    return [
        row[0]
        for (query,) in await operator.fetch(TEXTS)
        for row in await operator.fetch(query)
        if row[0] is not None
    ]


async def looked_at(url: str, *players: PlayerId) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    code = await audit(address_of(url), Inquiry([*players], 0), out, as_json=True)
    return code, json.loads(out.getvalue())


# ---- audit


async def test_all_hands_of_a_player_are_looked_at_and_a_shared_address_is_a_sign(
    database_url: str,
) -> None:
    await close_games(database_url, "t1", "t2", hands=3)
    code, found = await looked_at(database_url, ADA)
    assert (code, found["tables"], found["hands"]) == (0, 2, 6), "two were cancelled"
    await told_about_ada(database_url)
    code, found = await looked_at(database_url, ADA)
    assert code == 1
    (shared,) = (one for one in found["findings"] if one["kind"] == "shared_address")
    assert shared["players"] == ["ada", "bob"]
    assert shared["evidence"]["address"] == "192.0.2.7"
    flows = [one for one in found["findings"] if one["kind"] == "chip_flow"]
    assert flows
    assert {player for one in flows for player in one["players"]} > {"ada"}
    assert [one["players"] for one in found["findings"] if one["kind"] == "timing"] == [["ada"]]
    code, found = await looked_at(database_url, ADA, CLEO)
    assert code == 0, "Cleo has an address of her own"
    assert {*map(tuple, (one["players"] for one in found["findings"]))} <= {
        *(("ada",), ("cleo",), ("ada", "cleo"), ("cleo", "ada"))
    }


async def test_archived_hands_are_looked_at_and_say_the_same_as_those_of_the_log(
    archiving: Archiving,
) -> None:
    await close_games(archiving.url, "t1", "t2", hands=8)

    async def flows() -> tuple[dict[str, Any], list[Any]]:
        out = io.StringIO()
        inquiry = Inquiry([ADA, BOB, CLEO], 0, archive=str(archiving.place))
        await audit(address_of(archiving.url), inquiry, out, as_json=True)
        report = json.loads(out.getvalue())
        found = [one for one in report["findings"] if one["kind"] != "timing"]
        for one in found:
            one["evidence"].get("largest", []).sort(key=lambda hand: [*hand.values()])
        return report, sorted(found, key=lambda one: (one["kind"], one["players"]))

    before, of_log = await flows()
    assert await archiving() == (0, ANY)
    after, of_files = await flows()
    assert (before["hands"], before["archived_hands"]) == (16, 0)
    assert (after["hands"], after["archived_hands"]) == (16, 16)
    assert of_files == of_log
    assert {one["kind"] for one in of_files} == {"chip_flow", "soft_play"}


@pytest.mark.parametrize("statement", STATEMENTS, ids=range(len(STATEMENTS)))
async def test_each_statement_is_valid(operator: Connection, statement: str) -> None:
    assert (await operator.prepare(statement)).get_query() == statement


async def test_a_player_whom_nobody_knows_is_said_and_old_hands_are_left_out(
    database_url: str,
) -> None:
    await close_games(database_url, "t1")
    with pytest.raises(NotStored, match="there is no player p_eve"):
        await looked_at(database_url, ADA, PlayerId("p_eve"))
    out = io.StringIO()
    later_ms = time.time_ns() // 1_000_000 + 86_400_000
    inquiry = Inquiry([ADA], later_ms)
    assert await audit(address_of(database_url), inquiry, out, as_json=False) == 0
    first, *rest = out.getvalue().splitlines()
    assert first == "0 hands at 0 tables"
    assert [line.split()[:2] for line in rest] == [["-", "timing"]]


# ---- export and erase


async def test_the_export_has_all_that_is_stored_about_a_player(database_url: str) -> None:
    await close_games(database_url, "t1")
    await told_about_ada(database_url)
    out = io.StringIO()
    assert await export_player(address_of(database_url), ADA, out) == 0
    about = json.loads(out.getvalue())
    assert about["player"] == "ada"
    assert {name for name, rows in about.items() if rows} == {
        *("player", "accounts", "transfers", "player_names", "seat_names", "player_notes"),
        *("chat_lines", "connections"),
    }
    assert [row["address"] for row in about["connections"]] == ["192.0.2.7"]
    assert [row["text"] for row in about["chat_lines"]] == ["hello all"]
    with pytest.raises(NotStored):
        await export_player(address_of(database_url), PlayerId("p_eve"), out)


async def test_erasure_leaves_no_name_the_same_chips_and_a_log_that_can_be_verified(
    database_url: str, operator: Connection
) -> None:
    await close_games(database_url, "t1", "t2")
    await told_about_ada(database_url)
    balances, transfers = await operator.fetch(BALANCES), await operator.fetch(TRANSFERS)
    assert any('"Ada"' in text for text in await everything(operator))
    out = io.StringIO()
    before = await everything(operator)
    assert await erase_player(address_of(database_url), ADA, out, really=False) == 0
    assert out.getvalue().splitlines()[-1] == "nothing was changed: add --yes"
    assert await everything(operator) == before

    assert await erase_player(address_of(database_url), ADA, out, really=True) == 0
    after = await everything(operator)
    assert [text for text in after if "Ada" in text or "192.0.2.7" in text] == [
        text for text in after if text == "connections.address: 192.0.2.7"
    ], "Bob's connection has the address still"
    assert any(ERASED_NAME in text for text in after)
    assert any('"Bob"' in text for text in after)
    assert await operator.fetch(BALANCES) == balances
    assert await operator.fetch(TRANSFERS) == transfers
    assert set(await check_database(database_url)) == {"t1", "t2"}
    # Once more: there is nothing left to do.
    out = io.StringIO()
    assert await erase_player(address_of(database_url), ADA, out, really=True) == 0
    assert out.getvalue().startswith("0 rows erased; ")


async def test_a_player_at_an_open_table_is_not_erased(
    database_url: str, operator: Connection
) -> None:
    store = await PostgresStore.open(address_of(database_url))
    await open_accounts(store)
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal, "t1", seed=1)
            played.sit()
            played.play_hands(1)
        await store.names.hold("ada", SeatName(TableId("t1"), ADA, "Ada"), now_ms=0, until_ms=1)
    finally:
        await store.close()
    before = await everything(operator)
    with pytest.raises(NotErasable, match="table t1 shows the name of ada"):
        await erase_player(address_of(database_url), ADA, io.StringIO(), really=True)
    assert await everything(operator) == before


async def test_an_erasure_that_open_tables_hold_up_names_them_and_is_done_when_they_are_closed(
    database_url: str, operator: Connection
) -> None:
    await close_games(database_url, "t1")
    store = await PostgresStore.open(address_of(database_url))
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal, "t2", seed=1)
            played.sit()
            played.play_hands(1)
            out = io.StringIO()
            await journal.flush(10)
            code = await erase_player(address_of(database_url), ADA, out, really=True)
            *_, table, again = out.getvalue().splitlines()
            assert code == INCOMPLETE == 3
            assert table.startswith("open table t2 keeps it in ")
            assert again.endswith("player erase ada --yes")
            played.actor.close("operator")
    finally:
        await store.close()
    assert await erase_player(address_of(database_url), ADA, out, really=True) == 0
    assert not [text for text in await everything(operator) if '"Ada"' in text]


def test_the_commands_say_what_is_wrong_in_one_line(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    for command in ("audit p_eve", "player export p_eve", "player erase p_eve"):
        assert main(command.split()) == 1
        assert capsys.readouterr().err == "pokerws: there is no player p_eve\n"
