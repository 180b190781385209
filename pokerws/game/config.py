"""Validation of a table's configuration."""

from pokerws.game.illegal import Illegal
from pokerws.game.stakes import stakes_of
from pokerws.game.state import MAX_CHIPS, MAX_SEATS, TableConfig
from pokerws.game.variants import MIXES, VARIANTS, Forced, Variant


def check_config(config: TableConfig) -> None:
    """Raise Illegal("bad_config") unless `config` is valid."""
    codes = _games(config)
    _check(_own_rules(config))
    for code in codes:
        _check(_rules_of_game(config, VARIANTS[code]))


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
    limit, house = config.limit, config.house
    most = max(config.max_buy_in, config.ante, limit.big_bet, limit.stud_ante, house.bomb_pot_ante)
    return {
        f"seats must be from 2 to {MAX_SEATS}": 2 <= config.seats <= MAX_SEATS,
        "the big blind must be at least 1": config.big_blind >= 1,
        "the small blind must be from 0 to the big blind": 0
        <= config.small_blind
        <= config.big_blind,
        "the ante must not be negative": config.ante >= 0,
        "limit stakes must not be negative": min(
            limit.small_bet, limit.big_bet, limit.stud_ante, limit.bring_in
        )
        >= 0,
        "the smallest buy-in must be at least the big blind": config.min_buy_in >= config.big_blind,
        "the largest buy-in must be at least the smallest": config.max_buy_in >= config.min_buy_in,
        f"chips must be at most {MAX_CHIPS}": most <= MAX_CHIPS,
        "the time for a turn must be from 0.1 to 600 seconds": 100
        <= config.turn_time_ms
        <= 600_000,
        "the pause between hands must be from 0 to 60 seconds": 0
        <= config.next_hand_delay_ms
        <= 60_000,
        "a game of a mix must last from 1 to 1000 hands": 1 <= config.mix.hands <= 1_000,
        "run_it must be from 1 to 3": 1 <= house.run_it <= 3,
        "bomb_pot_every must be from 0 to 1000": 0 <= house.bomb_pot_every <= 1_000,
        "the ante of a bomb pot must not be negative": house.bomb_pot_ante >= 0,
        "bomb_pot_boards must be 1 or 2": 1 <= house.bomb_pot_boards <= 2,
        "max_bets must be from 0 to 100": 0 <= house.max_bets <= 100,
    }


def _rules_of_game(config: TableConfig, variant: Variant) -> dict[str, bool]:
    stakes = stakes_of(config, variant)
    boards = config.house.bomb_pot_boards if config.house.bomb_pot_every else 1
    needed = config.seats * sum(street.down for street in variant.streets)
    needed += boards * sum(street.board for street in variant.streets)
    return {
        f"{variant.name} has at most {variant.max_seats} seats": config.seats <= variant.max_seats,
        f"the deck is too small for {boards} boards of {variant.name}": not variant.has_board
        or needed <= len(variant.deck),
        "the big bet must be at least the small bet": not stakes.big_bet
        or stakes.big_bet >= stakes.min_bet,
        "the bring-in must be less than the small bet": variant.forced is not Forced.BRING_IN
        or stakes.bring_in < stakes.min_bet,
        "the smallest buy-in must be at least the smallest bet": config.min_buy_in
        >= stakes.min_bet,
    }
