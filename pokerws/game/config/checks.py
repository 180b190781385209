"""Validation of a table's configuration: bounds of its fields, and how they fit together."""

import msgspec

from pokerws.game.config.clocks import clock_rules
from pokerws.game.config.stakes import stakes_of
from pokerws.game.config.table_config import TableConfig
from pokerws.game.counted import counted
from pokerws.game.illegal import Details, Illegal
from pokerws.game.variants import MIXES, VARIANTS, Forced, Variant

# What must hold: its words, whether it does, and the field with its bounds.
_Rule = tuple[str, bool, Details]


def check_config(config: TableConfig) -> None:
    """Raise Illegal("bad_config") unless `config` is valid."""
    _check_fields(config)
    codes = _games(config)
    _check(*_own_rules(config), *clock_rules(config.clocks))
    _check(*_company_rules(config))
    for code in codes:
        _check(*_rules_of_game(config, VARIANTS[code]))


def _check_fields(config: TableConfig) -> None:
    """Check the bounds of each field, for a config that was made here and not decoded."""
    try:
        msgspec.convert(msgspec.to_builtins(config), TableConfig)
    except msgspec.ValidationError as error:
        raise Illegal("bad_config", str(error)) from error


def _check(*rules: _Rule) -> None:
    for rule, holds, details in rules:
        if not holds:
            raise Illegal("bad_config", rule, details)


def _company_rules(config: TableConfig) -> list[_Rule]:
    company = config.company
    return [
        (
            "cards can be shown later only with a delay",
            company.is_delayed or not company.show_cards_later,
            Details(field="config.company.delay_ms", min=1),
        )
    ]


def _games(config: TableConfig) -> tuple[str, ...]:
    """The variants to be played.  Raises Illegal for an unknown one."""
    games, field = config.mix.games, "config.mix.games"
    none = Details(field=field, max=0)
    if config.variant in VARIANTS:
        _check(("only a mix can have games", not games, none))
        return (config.variant,)
    known = (*VARIANTS, *MIXES)
    _check(
        (
            f"variant must be one of {', '.join(known)}",
            config.variant in MIXES,
            Details(field="config.variant", choices=known),
        ),
        (
            f"games must be among {', '.join(VARIANTS)}",
            all(code in VARIANTS for code in games),
            Details(field=field, choices=tuple(VARIANTS)),
        ),
        ("a game can be in a mix only once", len(set(games)) == len(games), Details(field=field)),
    )
    own = MIXES[config.variant].games
    few = Details(field=field, min=2, max=20)
    _check(("a custom mix must have from 2 to 20 games", 2 <= len(games or own) <= 20, few))
    _check((f"the games of {config.variant} cannot be changed", not (games and own), none))
    return games or own


def _own_rules(config: TableConfig) -> list[_Rule]:
    return [
        (
            "the small blind must be at most the big blind",
            config.small_blind <= config.big_blind,
            Details(field="config.small_blind", max=config.big_blind),
        ),
        (
            "the smallest buy-in must be at least the big blind",
            config.min_buy_in >= config.big_blind,
            Details(field="config.min_buy_in", min=config.big_blind),
        ),
        (
            "the largest buy-in must be at least the smallest",
            config.max_buy_in >= config.min_buy_in,
            Details(field="config.max_buy_in", min=config.min_buy_in),
        ),
    ]


def _rules_of_game(config: TableConfig, variant: Variant) -> list[_Rule]:
    stakes = stakes_of(config, variant)
    return [
        (
            f"{variant.name} has at most {variant.max_seats} seats",
            config.seats <= variant.max_seats,
            Details(field="config.seats", max=variant.max_seats),
        ),
        _deck_rule(config, variant),
        (
            "the big bet must be at least the small bet",
            not stakes.big_bet or stakes.big_bet >= stakes.min_bet,
            Details(field="config.limit.big_bet", min=stakes.min_bet),
        ),
        (
            "the bring-in must be less than the small bet",
            variant.forced is not Forced.BRING_IN or stakes.bring_in < stakes.min_bet,
            Details(field="config.limit.bring_in", max=stakes.min_bet - 1),
        ),
        (
            "the smallest buy-in must be at least the smallest bet",
            config.min_buy_in >= stakes.min_bet,
            Details(field="config.min_buy_in", min=stakes.min_bet),
        ),
    ]


def _deck_rule(config: TableConfig, variant: Variant) -> _Rule:
    """In games with a board, the deck must have cards for all seats and boards."""
    house = config.house
    has_bomb_pots = house.bomb_pot_every or house.bomb_pot_vote != "off"
    boards = house.bomb_pot_boards if has_bomb_pots else 1
    left = len(variant.deck) - boards * sum(street.board for street in variant.streets)
    each = sum(street.down for street in variant.streets)
    return (
        f"the deck is too small for {counted(boards, 'board')} of {variant.name}",
        not variant.has_board or config.seats * each <= left,
        Details(field="config.seats", max=left // max(1, each)),
    )
