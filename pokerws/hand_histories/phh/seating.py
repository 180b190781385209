"""The table at which a recorded hand is played: its players, stakes and house rules."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.cards import Card
from pokerws.game.config.table_config import HouseRules, LimitStakes, TableConfig
from pokerws.game.hand import Ante, Blind
from pokerws.game.state import PlayerId, Seat, Table, TableId
from pokerws.game.variants import Betting, Variant


class Amounts(NamedTuple):
    """The amounts of a record, in chips of the engine, by seat.

    `limit` has 0 for stakes that the game does not have.  `dead` is the part of each ante that is
    not matched.  The betting does not start after the blind of a player who enters late.
    """

    stacks: list[int]
    antes: list[int]
    dead: list[int]
    blinds: list[Blind]
    min_bet: int
    limit: LimitStakes


class Rules(NamedTuple):
    """The rulebook or PokerKit, and what differs from table to table.

    `small_blind` is the whole small blind, if nobody posted it.  `boards` are the second and third
    board.
    """

    by_book: bool
    house: HouseRules
    small_blind: int | None = None
    boards: Sequence[list[Card]] = ()


def seat_players(name: str, variant: Variant, amounts: Amounts, rules: Rules) -> Table:
    """A table with the players p1, p2, …, seated in order from the left of the button.

    Only the blinds of the record are posted.  The stakes of the table matter for pot-limit bets,
    where short and dead blinds count as whole.  After all players there is an empty seat, to which
    a blind belongs that nobody posted.
    """
    fixed = variant.betting is Betting.FIXED_LIMIT
    whole = {due.blind: due.amount for due in amounts.blinds} if rules.by_book else {}
    small = whole.get("small", 0) if rules.small_blind is None else rules.small_blind
    times = len(rules.boards) + 1
    config = TableConfig(
        variant=variant.code,
        seats=len(amounts.stacks) + 1,
        small_blind=small,
        big_blind=amounts.min_bet if fixed else whole.get("big", 0),
        limit=amounts.limit,
        house=replace(rules.house, run_it=times),
    )
    table = Table(TableId("record"), name, config)
    for number, stack in enumerate(amounts.stacks, start=1):
        table.seats.append(Seat(PlayerId(f"p{number}"), f"p{number}", stack, run_it=times))
    table.seats.append(None)
    return table


def antes_of(amounts: Amounts) -> list[Ante]:
    """The part of each ante that is matched, and the dead part."""
    antes: list[Ante] = []
    for seat, (ante, dead) in enumerate(zip(amounts.antes, amounts.dead, strict=True)):
        antes += [Ante(seat, ante - dead, dead=False), Ante(seat, dead, dead=True)]
    return antes
