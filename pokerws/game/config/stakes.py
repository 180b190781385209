"""The stakes of one variant at a table, in chips."""

from msgspec import Struct

from pokerws.game.config.table_config import TableConfig
from pokerws.game.variants import Betting, Forced, Variant


class Stakes(Struct, frozen=True, gc=False):
    """Forced bets and bet sizes, in chips; 0 if the variant has none.

    `min_bet` is the smallest bet: in fixed-limit games the small bet, otherwise the big blind.
    """

    small_blind: int
    big_blind: int
    ante: int
    bring_in: int
    min_bet: int
    big_bet: int


def forced_of(config: TableConfig, variant: Variant) -> Forced:
    """The forced bets of a variant at a table."""
    if config.house.ante_only and variant.forced in (Forced.BLINDS, Forced.BUTTON_BLIND):
        return Forced.ANTES
    return variant.forced


def stakes_of(config: TableConfig, variant: Variant) -> Stakes:
    """The stakes of a variant at a table.

    In fixed-limit games the big blind equals the small bet, and the small blind is scaled in
    proportion.  In games with antes alone the default ante is one bet.
    """
    small_blind, big_blind = config.small_blind, config.big_blind
    min_bet, big_bet = big_blind, 0
    if variant.betting is Betting.FIXED_LIMIT:
        min_bet = config.limit.small_bet or big_blind
        big_bet = config.limit.big_bet or 2 * min_bet
        small_blind = small_blind * min_bet // big_blind
        big_blind = min_bet
    match forced_of(config, variant):
        case Forced.BLINDS:
            return Stakes(small_blind, big_blind, config.ante, 0, min_bet, big_bet)
        case Forced.BUTTON_BLIND:
            return Stakes(0, big_blind, config.ante or big_blind, 0, min_bet, big_bet)
        case Forced.ANTES:
            return Stakes(0, 0, config.ante or min_bet, 0, min_bet, big_bet)
        case Forced.BRING_IN:
            ante = config.limit.stud_ante or max(1, min_bet // 5)
            bring_in = config.limit.bring_in or max(1, min_bet * 3 // 10)
            return Stakes(0, 0, ante, bring_in, min_bet, big_bet)
