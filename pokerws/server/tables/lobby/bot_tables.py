"""The tables that the server opens for its own bots: their names, games and sizes."""

from contextlib import suppress
from typing import NamedTuple

import structlog

from pokerws.game.config.checks import check_config
from pokerws.game.config.table_config import MAX_SEATS, TableConfig
from pokerws.game.illegal import Illegal
from pokerws.game.next_hand import games_of
from pokerws.game.state import TableId
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.server.tables.lobby import Lobby
from pokerws.settings import Settings, SettingsError

# Sizes of a table, so that people find free seats, however many bots there are.
MIN_SEATS = 6
FREE_SEATS = 2

log = structlog.get_logger("pokerws.bot_tables")


class BotTable(NamedTuple):
    """A table for `bots` bots.  If they wait for company, they play only with people."""

    id: TableId
    bots: int
    waits_for_company: bool


def names_of_bot_tables(settings: Settings, games: dict[str, TableConfig]) -> list[str]:
    """The names of the tables that `open_bot_tables` opens."""
    return [settings.bots.table, *games] if settings.bots.count else []


async def open_bot_tables(
    lobby: Lobby, settings: Settings, games: dict[str, TableConfig]
) -> list[BotTable]:
    """The table of BOT_TABLE and those of `games`; a table that does not exist is opened.

    A table is found by its mark, name and game, and keeps the config that it was opened with.

    A table that cannot be opened is logged and left out.
    """
    wanted = [(settings.bots.table, main_config(settings), settings.bots.count, False)]
    wanted += [(name, config, bots_at(config, settings), True) for name, config in games.items()]
    opened = []
    for name, config, bots, waits in wanted:
        try:
            table = await _open(lobby, name, config)
        except Illegal as refusal:
            _log_not_opened(name, config, refusal)
        else:
            opened.append(BotTable(table, bots, waits))
    # With durable acks they are listed once they are stored; if that takes long, bots look again.
    with suppress(TimeoutError):
        await lobby.flush()
    return opened


def _log_not_opened(name: str, config: TableConfig, refusal: Illegal) -> None:
    log.error(
        "bot_table_not_opened",
        name=name,
        variant=config.variant,
        error=f"{refusal.detail}; raise MAX_TABLES, or remove games from BOT_GAMES",
    )


async def _open(lobby: Lobby, name: str, config: TableConfig) -> TableId:
    server_tables = lobby.server_tables
    table = server_tables.find(name, config.variant) or await server_tables.adopt(name, config)
    if table is None:
        table = lobby.create(name, config, table_id=await server_tables.mark_next(name)).table.id
        server_tables.note(table, name)
    lobby.keep(table)
    return table


def main_config(settings: Settings) -> TableConfig:
    """The configuration of the table that BOT_TABLE names."""
    return _config(settings, "NT", MAX_SEATS)


def game_configs(settings: Settings) -> dict[str, TableConfig]:
    """The configurations of the tables of BOT_GAMES, by the name of the game.

    Raises SettingsError for an unknown game.
    """
    return dict(_of_game(settings, code) for code in settings.bots.games)


def bots_at(config: TableConfig, settings: Settings) -> int:
    """The number of bots at a table; at least one seat is left free."""
    return min(settings.bots.count, config.seats - 1)


def _of_game(settings: Settings, code: str) -> tuple[str, TableConfig]:
    try:
        game = VARIANTS[code] if code in VARIANTS else MIXES[code]
        games = games_of(TableConfig(variant=code))
        most = min((VARIANTS[code].max_seats for code in games), default=MAX_SEATS)
        config = _config(settings, code, most)
        check_config(config)
    except KeyError:
        known = ", ".join((*VARIANTS, *MIXES))
        raise SettingsError(
            f"BOT_GAMES has {code!r}, which is no game: take those of {known}"
        ) from None
    except Illegal as illegal:
        raise SettingsError(f"BOT_GAMES has {code}, which needs more: {illegal.detail}") from None
    return game.name, config


def _config(settings: Settings, game: str, most_seats: int) -> TableConfig:
    return TableConfig(
        variant=game,
        seats=min(most_seats, max(MIN_SEATS, settings.bots.count + FREE_SEATS)),
        turn_time_ms=settings.tables.turn_time_ms,
        next_hand_delay_ms=settings.tables.next_hand_delay_ms,
    )
