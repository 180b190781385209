"""A table's configuration, as clients send it and the store keeps it, with the bounds of fields.

How fields fit together is checked in `checks.py`.  A new field needs a default, since stored tables
and older clients do not have it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pokerws.game.config.company import Company

MAX_SEATS = 10
# The most that a config or a command may name.  Far below 2**53.
MAX_CHIPS = 10**12
# No game runs a board more often.
MAX_RUNS = 3

# Types of a config's fields: whatever decodes one, from a client or from the store, checks them.
Chips = Annotated[int, Meta(ge=0, le=MAX_CHIPS)]
SomeChips = Annotated[int, Meta(ge=1, le=MAX_CHIPS)]
SeatCount = Annotated[int, Meta(ge=2, le=MAX_SEATS)]
Runs = Annotated[int, Meta(ge=1, le=MAX_RUNS)]
GameName = Annotated[str, Meta(min_length=1, max_length=16)]

AnteKind = Literal["each", "big_blind"]
StraddleKind = Literal["none", "under_the_gun", "mississippi", "sleeper"]


class LimitStakes(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Stakes that do not follow from the blinds; 0 is the default.

    `small_bet` and `big_bet` are the fixed-limit bets; by default the big blind, and twice the
    small bet.  `stud_ante` and `bring_in` are those of stud games; by default a fifth, and three
    tenths of the small bet.
    """

    small_bet: Chips = 0
    big_bet: Chips = 0
    stud_ante: Chips = 0
    bring_in: Chips = 0


class Mix(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a table whose variant is a mix changes its game.

    `games` are the codes of a custom mix.  The game changes after an `orbit`, which is one hand for
    each player, or after a number of `hands`; by `choice`, the player on the button names it.
    """

    games: Annotated[tuple[GameName, ...], Meta(max_length=20)] = ()
    rotation: Literal["orbit", "hands", "choice"] = "orbit"
    hands: Annotated[int, Meta(ge=1, le=1_000)] = 8


class HouseRules(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """House rules: optional rules of a table.

    `straddle` is the kind that players may post.  `run_it` is the maximum number of boards
    when every all-in player agrees.  Every `bomb_pot_every` hands there is a bomb pot (0 is
    never): all post `bomb_pot_ante` (0 is two big blinds), and the betting begins on the flop, of
    one or two `bomb_pot_boards`.  `max_bets` limits the bets and raises of a fixed-limit street (0
    is the variant's default).  Odd chips go as the `rulebook` says, or always to the first winner
    left of the `button`.  With `whole_pot`, dead antes count for a pot-limit bet on the first
    street too.
    """

    straddle: StraddleKind = "none"
    run_it: Runs = 1
    bomb_pot_every: Annotated[int, Meta(ge=0, le=1_000)] = 0
    bomb_pot_ante: Chips = 0
    bomb_pot_boards: Annotated[int, Meta(ge=1, le=2)] = 1
    max_bets: Annotated[int, Meta(ge=0, le=100)] = 0
    odd_chips: Literal["rulebook", "button"] = "rulebook"
    whole_pot: bool = False


class TableConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The game, stakes and options of a table.  Chips are integers; times are in milliseconds.

    `variant` is the code of a variant or of a mix.  `ante_kind` says who posts the ante in games
    with blinds: `each` player, or the `big_blind` for the whole table.
    """

    variant: GameName = "NT"
    seats: SeatCount = 6
    small_blind: Chips = 50
    big_blind: SomeChips = 100
    ante: Chips = 0
    ante_kind: AnteKind = "each"
    min_buy_in: SomeChips = 2_000
    max_buy_in: SomeChips = 20_000
    turn_time_ms: Annotated[int, Meta(ge=100, le=600_000)] = 20_000
    next_hand_delay_ms: Annotated[int, Meta(ge=0, le=60_000)] = 4_000
    limit: LimitStakes = LimitStakes()
    mix: Mix = Mix()
    house: HouseRules = HouseRules()
    company: Company = Company()
