"""The config of a table of any game, with random stakes and options."""

from random import Random
from typing import Any

from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import HouseRules, LimitStakes, Mix, Rake, TableConfig
from pokerws.game.variants import MIXES, VARIANTS


def random_config(rng: Random, code: str) -> TableConfig:
    """A table for this variant or mix."""
    own_games = code in MIXES and not MIXES[code].games
    games = tuple(rng.sample(list(VARIANTS), rng.randint(2, 5))) if own_games else ()
    codes = games or ((code,) if code in VARIANTS else MIXES[code].games)
    big_blind = rng.choice((2, 9, 10, 100))
    small_bet = rng.choice((0, 0, 4 * big_blind))
    boards = rng.choice((1, 1, 2))
    most = min(VARIANTS[game].max_seats for game in codes)
    # Two boards of some games need more cards than there are for all seats.
    if boards == 2:
        most = min(most, *(_seats_of_two_boards(game) for game in codes))
    return TableConfig(
        clocks=_clocks(Random(f"{code} {big_blind} {most}")),
        variant=code,
        seats=min(most, rng.choice((2, 3, 4, 6, 10))),
        small_blind=rng.randint(0, big_blind),
        big_blind=big_blind,
        ante=rng.choice((0, 0, 1, big_blind)),
        ante_kind=rng.choice(("each", "big_blind")),
        min_buy_in=4 * big_blind,
        max_buy_in=rng.choice((4, 30, 200)) * big_blind,
        next_hand_delay_ms=0,
        limit=LimitStakes(small_bet=small_bet, bring_in=rng.choice((0, 1))),
        mix=Mix(games, rng.choice(("orbit", "hands", "choice")), rng.randint(1, 3)),
        house=HouseRules(
            straddle=rng.choice(("none", "under_the_gun", "mississippi", "sleeper")),
            run_it=rng.choice((1, 2, 3)),
            bomb_pot_every=rng.choice((0, 0, 2)),
            bomb_pot_ante=rng.choice((0, 1, 5 * big_blind)),
            bomb_pot_boards=boards,
            max_bets=rng.choice((0, 0, 1, 3)),
            odd_chips=rng.choice(("rulebook", "button")),
            whole_pot=rng.choice((True, False)),
            **random_extras(rng, big_blind),
        ),
        seating=Seating(rng.choice(("dead", "dead", "moving")), rng.choice((0, 60_000))),
    )


def _clocks(rng: Random) -> Clocks:
    """Any or none; the other choices do not depend on them."""
    bank = TimeBank(5_000, 1_000, 2, use=rng.choice(("auto", "on_demand")))
    return Clocks(
        street_ms=rng.choice(((), (500, 0, 1_000))),
        bank=rng.choice((bank, None)),
        protection=rng.choice((DisconnectProtection(times=2), None)),
        lag=rng.choice((LagAllowance(), None)),
    )


def random_extras(rng: Random, big_blind: int) -> dict[str, Any]:
    """Extra rules of a table."""
    percent, cap = rng.choice((1, 333, 500, 1_000)), rng.choice((0, 1, 3 * big_blind))
    rake = Rake(percent, cap, rng.choice((0, big_blind)), rng.choice((True, False)))
    return {
        "rake": rng.choice((None, rake)),
        "bomb_pot_vote": rng.choice(("off", "all", "majority")),
        "rabbit_hunt": rng.choice(("off", "agreed", "open")),
        "seven_deuce": rng.choice((0, 1, 10 * big_blind)),
        "stand_up": rng.choice((0, 1, 10 * big_blind)),
        "ante_only": rng.random() < 0.2,
    }


def _seats_of_two_boards(code: str) -> int:
    variant = VARIANTS[code]
    if not variant.has_board:
        return variant.max_seats
    left = len(variant.deck) - 2 * sum(street.board for street in variant.streets)
    return left // sum(street.down for street in variant.streets)
