"""The state of a table.  It is data only: rules are in `hand.py`, `table.py` and `button.py`.

Every field is changed by `apply` alone.  The structs are encoded as they stand into the stored
snapshot, so their shape is a contract with the database: new fields need a default.  Of seats,
what has its default is left out, which keeps the row of a full table in one piece.
"""

from typing import Literal, NewType

from msgspec import Struct

from pokerws.game.cards import Card

TableId = NewType("TableId", str)
PlayerId = NewType("PlayerId", str)

MAX_SEATS = 10
# Amounts stay exact in a browser's numbers (2**53) even when ten stacks are added up.
MAX_CHIPS = 10**12

AnteKind = Literal["each", "big_blind"]
# Why a table was closed: nobody plays there any more, its stored state is not the newest, or an
# operator wants it.
CloseReason = Literal["abandoned", "overtaken", "operator"]
# While hands are being played; while too few players are ready; for good.
TableStatus = Literal["active", "waiting", "closed"]
StraddleKind = Literal["none", "under_the_gun", "mississippi", "sleeper"]


class LimitStakes(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The stakes that the blinds do not tell; each that is 0 follows from those before it.

    `small_bet` and `big_bet` are the fixed-limit bets: the big blind, and twice the small bet.
    `stud_ante` is paid in games with a `bring_in`: a fifth, and three tenths of the small bet.
    """

    small_bet: int = 0
    big_bet: int = 0
    stud_ante: int = 0
    bring_in: int = 0


class Mix(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a table whose variant is a mix changes its game.

    `games` are the codes of a mix of one's own.  The game changes after an `orbit`, which is one
    hand for each player, or after so many `hands`; or whoever has the button names it, by `choice`.
    """

    games: tuple[str, ...] = ()
    rotation: Literal["orbit", "hands", "choice"] = "orbit"
    hands: int = 8


class HouseRules(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may differ from house to house.

    `straddle` is the one that players may post.  `run_it` is how often the board may be run when
    all players who are all-in agree.  Every `bomb_pot_every` hands there is a bomb pot (never for
    0): all post `bomb_pot_ante` (two big blinds for 0), and it begins on the flop, of one or two
    `bomb_pot_boards`.  `max_bets` is how many bets and raises a fixed-limit street has, 0 for what
    the variant says.  Odd chips go as the `rulebook` says, or always to the first winner left of
    the `button`.  With `whole_pot`, dead antes count for a pot-limit bet on the first street too.
    """

    straddle: StraddleKind = "none"
    run_it: int = 1
    bomb_pot_every: int = 0
    bomb_pot_ante: int = 0
    bomb_pot_boards: int = 1
    max_bets: int = 0
    odd_chips: Literal["rulebook", "button"] = "rulebook"
    whole_pot: bool = False


class TableConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """What a table was opened with.  Chips are integers; times are in milliseconds.

    `variant` is the code of a variant or of a mix.  `ante_kind` is who pays the ante in games with
    blinds: `each` player, or the `big_blind` for the whole table.
    """

    variant: str = "NT"
    seats: int = 6
    small_blind: int = 50
    big_blind: int = 100
    ante: int = 0
    ante_kind: AnteKind = "each"
    min_buy_in: int = 2_000
    max_buy_in: int = 20_000
    turn_time_ms: int = 20_000
    next_hand_delay_ms: int = 4_000
    limit: LimitStakes = LimitStakes()
    mix: Mix = Mix()
    house: HouseRules = HouseRules()


class Seat(Struct, omit_defaults=True):
    """A taken seat.

    `timeouts` counts turns in a row that the clock ended, `hands_missed` hands that began while the
    player was sitting out.  `owes_blind` is set while the player has to post a big blind to be
    dealt in, as everybody has who is new; `owes_small` while a dead small blind is due as well.  A
    `leaving` player is stood up when the hand is over.  The player straddles where it is possible
    if `straddle` is set, and would have the board run up to `run_it` times.
    """

    player: PlayerId
    name: str
    stack: int
    sitting_out: bool = False
    leaving: bool = False
    timeouts: int = 0
    owes_blind: bool = True
    hands_missed: int = 0
    owes_small: bool = False
    straddle: bool = False
    run_it: int = 1


class HandSeat(Struct, omit_defaults=True):
    """One player's part in a hand.

    `cards` are the hidden ones, `up` those that lie face up.  `bet` is what lies in front of the
    player on this street, `in_pots` what earlier streets and matched antes took, `acted_to` the bet
    to match as it was after the player's last action on this street (after an own raise, that is
    the raise), or None before the first one.  `dead` is what nobody has to match.  `drew` is how
    many cards the player drew last, or None before the first draw.
    """

    cards: list[Card] = []
    bet: int = 0
    in_pots: int = 0
    acted_to: int | None = None
    folded: bool = False
    shown: bool = False
    mucked: bool = False
    up: list[Card] = []
    dead: int = 0
    drew: int | None = None


class Pot(Struct):
    """A main or side pot: its chips and the seats that can win it, in order from the button."""

    amount: int
    seats: list[int]


class FixedLimit(Struct, frozen=True, gc=False):
    """A fixed-limit street: so many `bets` and raises, the last full one to `full_bet`.

    The next one is to `full_bet` plus `size`; there is none where `size` is 0.
    """

    bets: int
    full_bet: int
    size: int


class Turn(Struct, frozen=True, omit_defaults=True, gc=False):
    """Whose turn it is and what is legal.

    `number` is the table's count of turns, so a late answer never fits another turn.  `actions` are
    the legal ones; `call` is the chips that a call adds, 0 where none is legal; `min_to` and
    `max_to` bound a bet or raise, as the total for the street, and are 0 where neither is legal.
    They are equal where all the chips make no full raise: all-in is the only one then.  Where there
    are `sizes`, only those totals are legal.  In a draw, `discard_min` and `discard_max` bound the
    cards to be thrown away.
    """

    seat: int
    number: int
    actions: list[str]
    call: int
    min_to: int
    max_to: int
    started_ms: int
    deadline_ms: int
    sizes: list[int] = []
    discard_min: int = 0
    discard_max: int = 0


class Hand(Struct, omit_defaults=True):
    """A hand in play.  `seats` has one entry a seat of the table, None for those not dealt in.

    `order` lists the dealt-in seats from the left of the button.  `bet` is the bet to match on this
    street and `min_raise` the smallest full raise.  `aggressor` bet or raised last on this street;
    `last_actor` is the seat after which the next one acts: who acted last, or posted the big blind,
    or None where a street has just begun; then `opener` acts first, or for None the first in
    `order`.  `dead` is money that nobody has to match.  `limit` is there in fixed-limit games,
    where `min_raise` has no meaning.  The seats `drawing` have still to draw or discard, in that
    order.  `discards` has the cards that each seat threw away.  `extra_boards` are the second and
    third board, whole, where there are several.
    """

    number: int
    order: list[int]
    seats: list[HandSeat | None]
    # The cards still to come, in dealing order.  They are secret.
    deck: list[Card]
    min_bet: int
    street: int = 0
    board: list[Card] = []
    bet: int = 0
    min_raise: int = 0
    aggressor: int | None = None
    last_actor: int | None = None
    dead: int = 0
    pots: list[Pot] = []
    turn: Turn | None = None
    variant: str = "NT"
    opener: int | None = None
    limit: FixedLimit | None = None
    drawing: list[int] = []
    # They are secret.
    discards: list[list[Card]] = []
    extra_boards: list[list[Card]] = []
    bomb_pot: bool = False


class Game(Struct):
    """The game of a mix that is being played, and how many hands of it are left.

    `chooser` is the seat that may name the game of the hand that is due, if there is one.
    """

    variant: str
    hands_left: int
    chooser: int | None = None


class LastHand(Struct):
    """What is kept of the hand that ended last, until the next one starts.

    `cards` has one list a seat of the table: the hole cards that were not shown while the hand was
    played, while their player stays; empty for all others.  Those of the seats in `shown` lie open
    since; of the others each player knows the own ones.  Where all cards were shown, there is no
    last hand.
    """

    number: int
    cards: list[list[Card]]
    shown: list[int] = []


class Table(Struct):
    """A table: its seats, the hand in play, and what is kept between hands.

    `seq` counts the events that ever happened here and `turns` the turns.  `button`, `small_blind`
    and `big_blind` are the positions of the latest hand (a seat may have emptied since).
    `next_hand_at_ms` is set while a hand is due to start.  A `closed` table stays as it is, empty.
    """

    id: TableId
    name: str
    config: TableConfig
    seq: int = 0
    seats: list[Seat | None] = []
    hand_number: int = 0
    turns: int = 0
    button: int | None = None
    small_blind: int | None = None
    big_blind: int | None = None
    hand: Hand | None = None
    next_hand_at_ms: int | None = None
    closed: bool = False
    last_hand: LastHand | None = None
    # Where the table's variant is a mix, from its first hand on.
    game: Game | None = None

    @property
    def deadline_ms(self) -> int | None:
        """When `TimeUp` is due, or None while nothing waits for the clock."""
        if self.hand is not None and self.hand.turn is not None:
            return self.hand.turn.deadline_ms
        return self.next_hand_at_ms

    @property
    def total_pot(self) -> int:
        """All chips of the hand in play that are in no stack."""
        if self.hand is None:
            return 0
        bets = antes = 0
        for seat in self.hand.seats:
            if seat is not None:
                bets += seat.bet
                antes += seat.in_pots
        if self.hand.pots:
            return bets + sum(pot.amount for pot in self.hand.pots)
        return bets + antes + self.hand.dead

    @property
    def chips(self) -> int:
        """All chips at the table: the stacks, and those of the hand in play."""
        return self.total_pot + sum(seat.stack for seat in self.seats if seat is not None)

    @property
    def status(self) -> TableStatus:
        """`active` while hands are being played, `waiting` for players, or `closed` for good."""
        if self.closed:
            return "closed"
        if self.hand is not None or self.next_hand_at_ms is not None:
            return "active"
        return "waiting"

    @property
    def players(self) -> int:
        """How many seats are taken."""
        return len(self.seats) - self.seats.count(None)

    def seat_of(self, player: PlayerId) -> int | None:
        """The number of the seat that `player` has, or None."""
        for number, seat in enumerate(self.seats):
            if seat is not None and seat.player == player:
                return number
        return None
