"""Names at one table, and of tables: nobody is shown under a name that looks like another's."""

import time
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pokerws.game.state import TableId
from pokerws.server.app import App
from tests.server.conftest import Connect, Raw
from tests.server.signing import SECRET, token
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS

CONFIG: dict[str, Any] = {"seats": 6, "min_buy_in": 1_000, "max_buy_in": 5_000}
TRUSTED: dict[str, object] = {
    **NO_LIMITS,
    "use_auth_middleware": True,
    "auth_secret": SECRET,
    "auth_names": "trusted",
}


async def open_table(raw: Raw, name: str = "One") -> str:
    return str((await raw.ask("create_table", name=name, config=CONFIG))["table"])


async def sits(raw: Raw, table: str) -> str:
    answer = await raw.ask("sit", table=table, buy_in=1_000)
    return str(answer.get("code", answer["type"]))


async def renames(raw: Raw, name: str) -> str:
    answer = await raw.ask("hello", token=raw.welcome["session"], name=name)
    return str(answer.get("code", answer["type"]))


async def shown_at(raw: Raw, table: str) -> list[str]:
    await raw.ask("watch", table=table)
    seats = (await raw.until("snapshot"))["state"]["seats"]
    return [seat["name"] for seat in seats if seat]


async def test_an_old_name_is_nobodys_as_long_as_a_seat_shows_it(
    open_connection: Connect,
) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    first, second = await open_table(ann), await open_table(ann)
    assert await sits(ann, first) == "accepted"
    assert await renames(ann, "Anna") == "welcome"
    assert await sits(ann, second) == "accepted"
    assert await shown_at(ben, first) == ["Ann"]
    assert await shown_at(ben, second) == ["Anna"]
    for name in ("Ann", "\u0410nn", "Anna"):
        assert await renames(ben, name) == "name_taken"

    # A sit that is refused takes nothing from the seat that there is.
    assert await sits(ann, first) == "already_seated"
    assert await renames(ben, "Ann") == "name_taken"

    assert (await ann.ask("stand", table=first))["type"] == "accepted"
    assert await renames(ben, "Ann") == "welcome"
    assert await sits(ben, second) == "accepted"
    assert await shown_at(ann, second) == ["Anna", "Ann"]


async def test_a_player_may_take_the_name_back_that_the_seat_still_shows(
    open_connection: Connect,
) -> None:
    ann = await open_connection("Ann")
    assert await sits(ann, await open_table(ann)) == "accepted"
    assert await renames(ann, "Anna") == "welcome"
    assert await renames(ann, "Ann") == "welcome"


async def test_another_connection_shows_the_new_name_too(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    older = await open_connection()
    await older.ask("hello", token=ann.welcome["session"])
    table = await open_table(ann)
    assert await renames(ann, "Anna") == "welcome"
    assert await renames(ben, "Ann") == "welcome"
    for raw in (older, ben):
        await raw.ask("watch", table=table)
    await older.ask("chat", table=table, text="hi")
    assert (await ben.until("chat"))["name"] == "Anna"
    assert await sits(older, table) == "accepted"
    assert await shown_at(ann, table) == ["Anna"]


async def test_an_unknown_table_keeps_no_name(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    assert await sits(ann, "nowhere") == "unknown_table"
    table = await open_table(ann)
    refused = await ann.ask("sit", table=table, buy_in=1)
    assert refused["type"] == "rejected"
    assert await renames(ann, "Anna") == "welcome"
    assert await renames(ben, "Ann") == "welcome"


@pytest.mark.settings(**TRUSTED)
async def test_two_players_whom_the_login_calls_the_same_share_no_table(
    open_connection: Connect,
) -> None:
    def token_of(player: str) -> str:
        return token({"sub": player, "name": "Anna", "exp": time.time() + 600})

    one, two = await open_connection(), await open_connection()
    for raw, player in ((one, "ann"), (two, "ben")):
        raw.welcome = await raw.ask("hello", token=token_of(player))
        assert raw.welcome["name"] == "Anna"
    table = await open_table(one)
    assert await sits(one, table) == "accepted"
    assert await sits(two, table) == "name_taken"
    await two.ask("watch", table=table)
    assert (await two.ask("chat", table=table, text="hi"))["code"] == "name_taken"
    assert await sits(two, await open_table(one)) == "accepted"


# ---- tables


@pytest.mark.settings(**NO_LIMITS, bots=2, bot_table="Main table", bot_games=("PO",))
async def test_a_players_table_cannot_be_called_as_the_servers_are(
    open_connection: Connect,
) -> None:
    ann = await open_connection("Ann")
    for name in ("Main table", "MAIN TABLE", "M\u0430in table", "Main-table", "Pot-limit 0maha"):
        refused = await ann.ask("create_table", name=name, config=CONFIG)
        assert (refused["type"], refused["code"]) == ("rejected", "name_taken"), name
    assert await open_table(ann, "Main tables")


async def test_names_and_the_bots_table_outlive_two_restarts(
    database_url: str, tmp_path: Path
) -> None:
    """Names at a table that is not in memory, and a table that is named as that of the bots."""
    stored = {
        "port": 0,
        "database_url": database_url,
        "use_db_repository": True,
        "vault_key_file": str(tmp_path / "vault.key"),
        **NO_LIMITS,
    }
    without, with_bots = settings_of(**stored), settings_of(**stored, bots=2)

    app = App(without)
    await app.start()
    async with connect(app.socket_url, compression=None) as socket:
        ann = await enters(Raw(socket), name="Ann")
        lure = await open_table(ann, "Main table")
        assert await sits(ann, lure) == "accepted"
        assert await renames(ann, "Anna") == "welcome"
    assert await app.stop()

    app = App(with_bots)
    await app.start()
    (main,) = await app.open_bot_tables()
    async with connect(app.socket_url, compression=None) as socket:
        ben = await enters(Raw(socket), name="Ben")
        assert not app.lobby.in_memory(TableId(lure))
        assert await renames(ben, "Ann") == "name_taken"
        assert await renames(ben, "Anna") == "name_taken"
    assert await app.stop()
    assert main.id != lure, "her table does not get the server's bots"

    app = App(with_bots)
    await app.start()
    assert await app.open_bot_tables() == [main]
    async with (
        connect(app.socket_url, compression=None) as socket,
        connect(app.socket_url, compression=None) as other,
    ):
        again = await enters(Raw(other), token=ann.welcome["session"], name="Anna")
        assert await shown_at(again, lure) == ["Ann"]
        assert (await again.ask("stand", table=lure))["type"] == "accepted"
        ben = await enters(Raw(socket), token=ben.welcome["session"])
        assert await renames(ben, "Ann") == "welcome"
    assert await app.stop()


async def enters(raw: Raw, **hello: str) -> Raw:
    raw.welcome = await raw.ask("hello", **hello)
    assert raw.welcome["type"] == "welcome", raw.welcome
    return raw
