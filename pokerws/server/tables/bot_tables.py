"""The tables that the server opens for its own bots: their names, games and sizes.

Who sits there, and that bots wait for company at some, is not decided here.
"""

from pokerws.game.config import check_config
from pokerws.game.illegal import Illegal
from pokerws.game.next_hand import games_of
from pokerws.game.state import MAX_SEATS, TableConfig
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.settings import Settings, SettingsError

# A free seat or two stays for people, however many bots there are.
MIN_SEATS = 6
FREE_SEATS = 2


def main_config(settings: Settings) -> TableConfig:
    """The table that BOT_TABLE names."""
    return _config(settings, "NT", MAX_SEATS)


def game_configs(settings: Settings) -> dict[str, TableConfig]:
    """The tables of BOT_GAMES by name, which is that of the game.

    Raises SettingsError for a game that there is not.
    """
    return dict(_of_game(settings, code) for code in settings.bots.games)


def bots_at(config: TableConfig, settings: Settings) -> int:
    """How many bots sit at a table: where it is small, one seat is left for somebody else."""
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
