import pytest
from structlog.testing import capture_logs

from pokerws.game.config import check_config
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.server.app import App
from pokerws.server.tables.lobby.bot_tables import bots_at, game_configs, main_config
from pokerws.settings import SettingsError
from tests.settings import settings_of

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
            tables = app.open_bot_tables()
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
        tables = app.open_bot_tables()
        assert [table.bots for table in tables] == [4, 4, 4, 1]
        assert [table.waits_for_company for table in tables] == [False, True, True, True]
        assert app.open_bot_tables() == tables
        listed = {found.table: found.config.variant for found in app.lobby.summaries()}
        assert list(listed.values()) == ["NT", "HORSE", "PO", "FK"]
        assert list(listed) == [table.id for table in tables]
    finally:
        await app.stop()
