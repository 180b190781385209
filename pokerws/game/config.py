"""Validation of a table's configuration: bounds of its fields, and how they fit together."""

import msgspec

from pokerws.game.counted import counted
from pokerws.game.illegal import Illegal
from pokerws.game.stakes import stakes_of
from pokerws.game.state import TableConfig
from pokerws.game.variants import MIXES, VARIANTS, Forced, Variant


def check_config(config: TableConfig) -> None:
    """Raise Illegal("bad_config") unless `config` is valid."""
    _check_fields(config)
    codes = _games(config)
    _check(_own_rules(config))
    for code in codes:
        _check(_rules_of_game(config, VARIANTS[code]))


def _check_fields(config: TableConfig) -> None:
    """Check the bounds of each field, for a config that was made here and not decoded."""
    try:
        msgspec.convert(msgspec.to_builtins(config), TableConfig)
    except msgspec.ValidationError as error:
        raise Illegal("bad_config", str(error)) from error


def _check(rules: dict[str, bool]) -> None:
    for rule, holds in rules.items():
        if not holds:
            raise Illegal("bad_config", rule)


def _games(config: TableConfig) -> tuple[str, ...]:
    """The variants to be played.  Raises Illegal for an unknown one."""
    games = config.mix.games
    if config.variant in VARIANTS:
        _check({"only a mix can have games": not games})
        return (config.variant,)
    _check(
        {
            f"variant must be one of {', '.join((*VARIANTS, *MIXES))}": config.variant in MIXES,
            f"games must be among {', '.join(VARIANTS)}": all(code in VARIANTS for code in games),
            "a game can be in a mix only once": len(set(games)) == len(games),
        }
    )
    own = MIXES[config.variant].games
    _check({"a custom mix must have from 2 to 20 games": 2 <= len(games or own) <= 20})
    _check({f"the games of {config.variant} cannot be changed": not (games and own)})
    return games or own


def _own_rules(config: TableConfig) -> dict[str, bool]:
    return {
        "the small blind must be at most the big blind": config.small_blind <= config.big_blind,
        "the smallest buy-in must be at least the big blind": config.min_buy_in >= config.big_blind,
        "the largest buy-in must be at least the smallest": config.max_buy_in >= config.min_buy_in,
    }


def _rules_of_game(config: TableConfig, variant: Variant) -> dict[str, bool]:
    stakes = stakes_of(config, variant)
    boards = config.house.bomb_pot_boards if config.house.bomb_pot_every else 1
    needed = config.seats * sum(street.down for street in variant.streets)
    needed += boards * sum(street.board for street in variant.streets)
    too_small = f"the deck is too small for {counted(boards, 'board')} of {variant.name}"
    return {
        f"{variant.name} has at most {variant.max_seats} seats": config.seats <= variant.max_seats,
        too_small: not variant.has_board or needed <= len(variant.deck),
        "the big bet must be at least the small bet": not stakes.big_bet
        or stakes.big_bet >= stakes.min_bet,
        "the bring-in must be less than the small bet": variant.forced is not Forced.BRING_IN
        or stakes.bring_in < stakes.min_bet,
        "the smallest buy-in must be at least the smallest bet": config.min_buy_in
        >= stakes.min_bet,
    }
