from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.game.config.checks import check_config
from pokerws.game.state import PlayerId, TableId
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.messages import Refused
from pokerws.server.app import App
from pokerws.server.tables.lobby.bot_tables import (
    bots_at,
    game_configs,
    main_config,
    open_bot_tables,
)
from pokerws.server.tables.lobby.lobby import Lobby
from pokerws.settings import Settings, SettingsError
from pokerws.storage.errors import StoreUnavailable
from tests.server.fakes import ManualClock
from tests.server.stored_house import house_on
from tests.settings import settings_of
from tests.storage.memory_store import MemoryStore

GAMES = [*VARIANTS, *(code for code, mix in MIXES.items() if mix.games)]


@pytest.mark.parametrize("bots", [1, 4, 9])
def test_every_game_can_have_a_table_of_bots_with_a_seat_left_for_somebody(bots: int) -> None:
    settings = settings_of(bots=bots, bot_games=tuple(GAMES))
    configs = game_configs(settings)
    assert [config.variant for config in configs.values()] == GAMES
    for config in (main_config(settings), *configs.values()):
        check_config(config)
        assert 1 <= bots_at(config, settings) < config.seats


@pytest.mark.parametrize(
    ("games", "why"),
    [
        (("PO", "PLO"), "BOT_GAMES has 'PLO', which is no game: take those of NT, "),
        (("MIX",), "BOT_GAMES has MIX, which needs more: "),
    ],
)
async def test_a_game_that_there_is_not_stops_the_start(games: tuple[str, ...], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        await App(settings_of(port=0, bots=4, bot_games=games)).start()


async def test_a_table_that_does_not_fit_is_said_and_the_others_are_opened() -> None:
    app = App(settings_of(port=0, bots=2, bot_games=("PO", "HORSE"), max_tables=2))
    await app.start()
    try:
        with capture_logs() as logs:
            tables = await app.open_bot_tables()
    finally:
        await app.stop()
    assert [table.waits_for_company for table in tables] == [False, True]
    (line,) = (line for line in logs if line["event"] == "bot_table_not_opened")
    assert line["log_level"] == "error"
    assert (line["name"], line["variant"]) == ("HORSE", "HORSE")
    assert "raise MAX_TABLES" in line["error"]


async def test_tables_of_bots_are_opened_once_and_the_main_table_is_the_first() -> None:
    # The main table is not taken for that of a game, though it has the same name.
    app = App(settings_of(port=0, bots=4, bot_table="HORSE", bot_games=("HORSE", "PO", "FK")))
    await app.start()
    try:
        tables = await app.open_bot_tables()
        assert [table.bots for table in tables] == [4, 4, 4, 1]
        assert [table.waits_for_company for table in tables] == [False, True, True, True]
        assert await app.open_bot_tables() == tables
        listed = {found.table: found.config.variant for found in app.lobby.summaries()}
        assert list(listed.values()) == ["NT", "HORSE", "PO", "FK"]
        assert list(listed) == [table.id for table in tables]
    finally:
        await app.stop()


async def test_bots_find_their_tables_at_once_though_they_are_shown_when_they_are_stored(
    database_url: str,
) -> None:
    durable = ("use_db_repository", "use_event_persistence", "use_durable_acks")
    flags = dict.fromkeys(durable, True)
    app = App(settings_of(port=0, bots=2, bot_games=("PO",), database_url=database_url, **flags))
    await app.start()
    try:
        tables = await app.open_bot_tables()
        listed = [summary.table for summary in app.lobby.summaries()]
    finally:
        await app.stop()
    assert listed == [table.id for table in tables]


# ---- whose table it is


BOTS = settings_of(bots=2)
NAME, CONFIG = BOTS.bots.table, main_config(BOTS)


class Servers:
    """One server after the other on one store."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.store = MemoryStore()
        self._stack = stack

    async def start(self) -> Lobby:
        """The lobby of a server that starts now; earlier ones have stored everything."""
        house = await self._stack.enter_async_context(house_on(self.store, ManualClock()))
        return house.lobby


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        yield Servers(stack)


async def opened(lobby: Lobby, settings: Settings = BOTS) -> TableId:
    (table,) = await open_bot_tables(lobby, settings, {})
    return table.id


async def test_bots_sit_at_no_table_of_a_player_whatever_its_name_and_config(
    servers: Servers,
) -> None:
    lobby = await servers.start()
    lure = lobby.create(NAME, CONFIG, PlayerId("p_eve")).table.id
    own = await opened(lobby)
    assert own != lure
    assert await opened(lobby) == own
    await lobby.flush()
    assert await opened(await servers.start()) == own


async def test_a_table_of_an_older_version_is_adopted_if_it_is_as_the_servers_would_be(
    servers: Servers,
) -> None:
    lobby = await servers.start()
    other = lobby.create(NAME, replace(CONFIG, big_blind=50, small_blind=25)).table.id
    older = lobby.create(NAME, CONFIG).table.id
    newer = lobby.create(NAME, CONFIG).table.id
    await lobby.flush()
    servers.store.older = {other, older}
    lobby = await servers.start()
    assert await opened(lobby) == older
    assert {other, older, newer} == {listed.table for listed in lobby.summaries()}


async def test_another_name_gets_another_table_and_the_former_one_is_found_again(
    servers: Servers,
) -> None:
    lobby = await servers.start()
    first = await opened(lobby)
    await lobby.flush()
    lobby = await servers.start()
    assert await opened(lobby, settings_of(bots=2, bot_table="Club")) != first
    # Nobody has played there, so it may be closed, unlike the one that the bots use.
    assert lobby.idle.unused_elsewhere() == {first}
    with pytest.raises(Refused, match="name_taken"):
        lobby.create(NAME, CONFIG, PlayerId("p_eve"))
    assert await opened(lobby) == first


async def test_bots_play_though_the_mark_cannot_be_stored() -> None:
    class Away(MemoryStore):
        async def mark_table(self, table: TableId) -> None:
            raise StoreUnavailable("no answer in time")

    async with house_on(Away(), ManualClock()) as house:
        with capture_logs() as logs:
            own = await opened(house.lobby)
        assert await opened(house.lobby) == own
    assert [line["event"] for line in logs if "bot_table" in line["event"]] == [
        "bot_table_not_marked"
    ]
