"""A table's configuration, as clients send it and the store keeps it, with the bounds of fields.

How fields fit together is checked in `checks.py`.  A new field needs a default, since stored tables
and older clients do not have it.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pokerws.game.config.clocks import MAX_CLOCK_MS, MIN_TURN_MS, Clocks
from pokerws.game.config.company import Company
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.presence import PresenceOptions
from pokerws.game.config.seating import Seating

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


class Rake(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the house takes of each hand.

    `percent` is in hundredths of a percent of the pots, rounded down to a chip.  A hand pays at
    most `cap`, or `cap_heads_up` if two players were dealt in; a `cap` of 0 is none, and a
    `cap_heads_up` of 0 is `cap`.  With `no_flop_no_drop`, a hand that ends on its first street
    pays nothing.
    """

    percent: Annotated[int, Meta(ge=0, le=1_000)] = 0
    cap: Chips = 0
    cap_heads_up: Chips = 0
    no_flop_no_drop: bool = True


class SessionLimits(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a table closes by itself: after a time, or after a number of hands; 0 is never.

    The time begins when the first hand is scheduled.  When it is over, one more hand is played.
    """

    ends_after_ms: Annotated[int, Meta(ge=0, le=7 * 86_400_000)] = 0
    hands: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class HouseRules(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """House rules: optional rules of a table.

    `straddle` is the kind that players may post.  `run_it` is the maximum number of boards
    when every all-in player agrees.  Every `bomb_pot_every` hands there is a bomb pot (0 is
    never): all post `bomb_pot_ante` (0 is two big blinds), and the betting begins on the flop, of
    one or two `bomb_pot_boards`.  `max_bets` limits the bets and raises of a fixed-limit street (0
    is the variant's default).  Odd chips go as the `rulebook` says, or always to the first winner
    left of the `button`.  With `whole_pot`, dead antes count for a pot-limit bet on the first
    street too.

    With `bomb_pot_vote`, players can vote for the next hand to be a bomb pot: `all` of those dealt
    in must, or a `majority`.  `rabbit_hunt` lets players see the board cards that would have come:
    if all players of the hand have `agreed`, or as soon as one asks (`open`).  In hold'em, the sole
    winner of the main pot with a seven and a deuce gets `seven_deuce` chips from each other player
    of the hand.  In a round of `stand_up`, each player who wins chips from a pot sits down; the
    last one standing pays that many chips to each other player of the round.  With `ante_only`,
    games with blinds are played with antes alone.
    """

    straddle: StraddleKind = "none"
    run_it: Runs = 1
    bomb_pot_every: Annotated[int, Meta(ge=0, le=1_000)] = 0
    bomb_pot_ante: Chips = 0
    bomb_pot_boards: Annotated[int, Meta(ge=1, le=2)] = 1
    max_bets: Annotated[int, Meta(ge=0, le=100)] = 0
    odd_chips: Literal["rulebook", "button"] = "rulebook"
    whole_pot: bool = False
    rake: Rake | None = None
    session: SessionLimits | None = None
    bomb_pot_vote: Literal["off", "all", "majority"] = "off"
    rabbit_hunt: Literal["off", "agreed", "open"] = "off"
    seven_deuce: Chips = 0
    stand_up: Chips = 0
    ante_only: bool = False


class TableConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """The game, stakes and options of a table.  Chips are integers; times are in milliseconds.

    `variant` is the code of a variant or of a mix.  `ante_kind` says who posts the ante in games
    with blinds: `each` player, or the `big_blind` for the whole table.  With `statistics` `own`,
    players get only their own; with `all`, those with a seat get everybody's.
    """

    variant: GameName = "NT"
    seats: SeatCount = 6
    small_blind: Chips = 50
    big_blind: SomeChips = 100
    ante: Chips = 0
    ante_kind: AnteKind = "each"
    min_buy_in: SomeChips = 2_000
    max_buy_in: SomeChips = 20_000
    turn_time_ms: Annotated[int, Meta(ge=MIN_TURN_MS, le=MAX_CLOCK_MS)] = 20_000
    next_hand_delay_ms: Annotated[int, Meta(ge=0, le=60_000)] = 4_000
    limit: LimitStakes = LimitStakes()
    mix: Mix = Mix()
    house: HouseRules = HouseRules()
    clocks: Clocks = Clocks()
    presence: PresenceOptions = PresenceOptions()
    hosting: HostingRules = HostingRules()
    seating: Seating = Seating()
    company: Company = Company()
    statistics: Literal["own", "all"] = "own"
