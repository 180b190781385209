"""Events of a hand, from its start to its end."""

from typing import Literal, final

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events.base import Event, OfHand
from pokerws.game.state import FixedLimit, PlayerId, Pot, Turn


class HandStarted(Event, frozen=True, tag="hand_started"):
    """A hand started.

    `order` lists the seats dealt in, from the left of the button.  `button`, `small_blind` and
    `big_blind` are positions: a dead button or small blind is at a seat that is not in `order`.  In
    games without blinds they do not move.  `missed` seats were passed by the big blind while
    sitting out, so they owe one; `missed_small` seats also owe a small blind.  `first_dealt` seats
    are dealt in for the first time since their players sat down.  `limit` is that of the first
    street in a fixed-limit game.  `boards` is the number of boards dealt; the betting of a
    `bomb_pot` begins on the second street.  `at_ms` is when the hand started, in milliseconds UTC.
    `names` and `stacks` are those of the players in `order`, before anything was posted.  Old hands
    lack these three.  `bots` are the seats in `order` that bots of the server have.
    `config` is the table's, if that is not the one with which it was opened.

    `hand_number` (from `hand`), `button`, `small_blind` and `big_blind` become the event's,
    `next_hand_at_ms` and `last_hand` null.  `owes_blind` becomes true for the seats in `missed`,
    `owes_small` for those in `missed_small`, and if there are `blinds`, both and `posts` become
    false for those in `order`.  `hands` of the `clock`, if a seat has one, grows by 1 for those in
    `order`.
    `played` becomes true for those in `first_dealt`.  `hands_missed`
    grows by 1 for each seat that is sitting out.  `hands_left` of the `game` is reduced by 1, if
    there is one.
    The new `hand` has the `number`, `order`, `min_bet`, `variant`, `limit` and `bomb_pot` of the
    event, a `min_raise` of `min_bet`, street 0, an empty list in `extra_boards` for each of the
    `boards` after the first, and a part with defaults for each seat in `order`; the rest is 0, null
    or empty.
    """

    hand: int
    button: int
    small_blind: int
    big_blind: int
    order: list[int]
    min_bet: int
    missed: list[int] = []
    # The cards in dealing order.  Secret.
    deck: list[Card] = []
    variant: str = "NT"
    missed_small: list[int] = []
    blinds: bool = True
    limit: FixedLimit | None = None
    boards: int = 1
    bomb_pot: bool = False
    # With these, a hand history needs only the events of the hand.
    at_ms: int = 0
    names: list[str] = []
    stacks: list[int] = []
    first_dealt: list[int] = []
    bots: list[int] = []
    config: TableConfig | None = None


class AntePosted(OfHand, frozen=True, tag="ante_posted"):
    """A player posted an ante.  A `dead` ante is posted for the whole table and is not matched.

    `amount` moves from the seat's `stack` to the part's `in_pots`.  A `dead` one is instead added
    to the `dead` of both the hand and the part.  No `bet` changes.
    """

    seat: int
    amount: int
    dead: bool = False


BlindKind = Literal["small", "big", "straddle", "sleeper", "button", "entry", "dead"]


@final
class BlindPosted(OfHand, frozen=True, tag="blind_posted"):
    """A player posted a blind.

    An `entry` is owed to be dealt in and is live like a big blind.  A `dead` blind is a small blind
    that is owed as well and is not matched.  A `sleeper` is a straddle that does not change the
    order of betting.

    `to_match` is the bet to match from then on: the whole blind, even if the poster's stack was
    short, and the big blind from the first `entry` on.

    `amount` moves from the seat's `stack` to the part's `bet`.  The hand's `bet` becomes
    `to_match`, and its `last_actor` the seat, unless it is an `entry` or a `sleeper`.  `min_raise`
    and `limit` become the event's if it has them.  The part's `acted_to` stays null.  A `dead`
    blind is instead added to the `dead` of both the hand and the part; nothing else changes.
    """

    seat: int
    blind: BlindKind
    amount: int
    to_match: int
    min_raise: int = 0
    limit: FixedLimit | None = None


@final
class HoleCardsDealt(OfHand, frozen=True, tag="hole_cards_dealt"):
    """Cards were dealt to the players: one list per seat of the table, empty for seats without.

    The hidden `cards` of other players are `??`; those in `up` lie face up.  `players` are the
    players dealt to, one per seat of the table.  If it is absent, as in old hands, all hidden cards
    are `??`.  In stud a `street` begins with such a deal, and `opener` acts first.

    If `street` is not 0, the state first changes as for `board_dealt`.  Each seat's list in `cards`
    is appended to the part's `cards`, and its list in `up`, if any, to the part's `up`.  The hand's
    `opener` becomes `opener`.
    """

    cards: list[list[Card]]
    players: list[PlayerId | None] = []
    up: list[list[Card]] = []
    street: int = 0
    opener: int | None = None
    limit: FixedLimit | None = None


@final
class TurnStarted(OfHand, frozen=True, tag="turn_started"):
    """A player's turn has started.

    The hand's `turn` becomes `turn`, the table's `turns` its `number`.
    """

    turn: Turn


class TurnTimedOut(OfHand, frozen=True, tag="turn_timed_out"):
    """The time for the turn is over; the action taken for the player follows.

    The seat's `timeouts` grows by 1.  The turn ends with the action that comes next.
    """

    seat: int
    turn: int


@final
class Folded(OfHand, frozen=True, tag="folded"):
    """The player folded; `auto` marks an action that the server took for an absent player.

    It is an action, and the part's `folded` becomes true.
    """

    seat: int
    auto: bool = False


@final
class Checked(OfHand, frozen=True, tag="checked"):
    """The player checked; `auto` marks an action that the server took for an absent player.

    It is an action, and nothing else changes.
    """

    seat: int
    auto: bool = False


@final
class Called(OfHand, frozen=True, tag="called"):
    """The player called; `amount` is what the call added.

    It is an action, and `amount` moves from the seat's `stack` to the part's `bet`.
    """

    seat: int
    amount: int


@final
class BetPlaced(OfHand, frozen=True, tag="bet_placed"):
    """The player made the street's first bet, of size `to`.  Completing a bring-in is such a bet.

    The state changes as for `raised`.
    """

    seat: int
    to: int
    limit: FixedLimit | None = None


@final
class Raised(OfHand, frozen=True, tag="raised"):
    """The player raised; `to` is the player's total for the street.

    It is an action.  The difference between `to` and the part's `bet` moves from the seat's `stack`
    to that `bet`.  The hand's `min_raise` becomes `to` minus the hand's `bet`, if that is more.
    Then the hand's `bet` becomes `to`, and `aggressor` the seat.  The hand's `limit` becomes the
    event's, if it has one.
    """

    seat: int
    to: int
    limit: FixedLimit | None = None


class BringInPosted(OfHand, frozen=True, tag="bring_in_posted"):
    """The player with the lowest card showing, in razz the highest, posted the bring-in.

    `to_match` is the whole bring-in, even if the player's stack was short.

    The hand's `bet` becomes `to_match`.  Then it is an action, and `amount` moves from the seat's
    `stack` to the part's `bet`.
    """

    seat: int
    amount: int
    to_match: int
    auto: bool = False


class DrawStarted(OfHand, frozen=True, tag="draw_started"):
    """A round of draws or discards began; the `seats` draw in that order.

    If `street` is not the hand's, the state first changes as for `board_dealt`.  The hand's `bet`
    becomes 0, and its `drawing` becomes `seats`.
    """

    street: int
    seats: list[int]
    limit: FixedLimit | None = None


class CardsDrawn(OfHand, frozen=True, tag="cards_drawn"):
    """A player discarded the `discarded` cards and got the `drawn` ones; both are absent for a pat
    hand.

    In pineapple nothing is drawn.  The cards of other players are `??`.
    `player` is the player who drew, `street` the hand's; `auto` marks an action that the server
    took for an absent player.

    The hand's `turn` becomes null, and the seat is removed from `drawing`.  The seat's `timeouts`
    becomes 0, unless the event is `auto`.  The `discarded` cards are removed from the part's
    `cards`, and the `drawn` ones appended; `drew` becomes the number of drawn cards.
    """

    seat: int
    player: PlayerId
    discarded: list[Card] = []
    drawn: list[Card] = []
    auto: bool = False
    street: int = 0


class DeckReshuffled(OfHand, frozen=True, tag="deck_reshuffled"):
    """The deck ran out; folded cards and discards of other players were shuffled and added to it.

    `street` is the hand's, and `seat` the seat that draws.

    The visible state does not change.
    """

    # The cards to come, in dealing order.  Secret.
    deck: list[Card] = []
    street: int = 0
    seat: int | None = None


class RunItAgreed(OfHand, frozen=True, tag="run_it_agreed"):
    """The players are all-in, and the rest of the board is dealt `times` times.

    The hand's `extra_boards` become `times` minus 1 copies of the `board`.
    """

    times: int


class UncalledBetReturned(OfHand, frozen=True, tag="uncalled_bet_returned"):
    """The part of a bet that nobody matched was returned.

    `amount` moves from the part's `bet` to the seat's `stack`.  The hand's `bet` does not change.
    """

    seat: int
    amount: int


@final
class BetsCollected(OfHand, frozen=True, tag="bets_collected"):
    """A betting round is over; `pots` are all pots now, the main pot first.

    The hand's `pots` become `pots`.  In each part, `in_pots` grows by `bet`, and `bet` becomes 0.
    The hand's `bet` does not change before the next street.
    """

    pots: list[Pot]


@final
class BoardDealt(OfHand, frozen=True, tag="board_dealt"):
    """A street began: `street` is its index in the variant, `cards` are the new cards.

    `board` is the board's number if several are dealt, 0 for the first.  If seven card stud runs
    out of cards, the last one is a community card, and `opener` acts first.

    `cards` are appended to the hand's `board`.  `street` becomes `street`, `bet` 0 and `min_raise`
    `min_bet`; `limit` and `opener` become the event's; `aggressor`, `last_actor` and the `acted_to`
    of each part become null.  But if the event's `board` is not 0, `cards` are only appended to
    that board: the first of `extra_boards` is number 1.
    """

    street: int
    cards: list[Card]
    board: int = 0
    limit: FixedLimit | None = None
    opener: int | None = None


@final
class CardsShown(OfHand, frozen=True, tag="cards_shown"):
    """A player's hidden cards were shown.

    At a showdown `hand` is the hand in words, and `low` the low hand, if the variant has one and
    the player has it.  Before the showdown they are empty.

    The part's `cards` become `cards`, and its `shown` true.
    """

    seat: int
    cards: list[Card]
    hand: str = ""
    low: str = ""


class CardsMucked(OfHand, frozen=True, tag="cards_mucked"):
    """A losing hand was mucked.

    The part's `mucked` becomes true.
    """

    seat: int


class Share(Struct, frozen=True, gc=False):
    """The amount that one seat wins of a pot, or gets back."""

    seat: int
    amount: int


@final
class PotAwarded(OfHand, frozen=True, tag="pot_awarded"):
    """A pot was awarded, or the part of it that belongs to a `board` or a `side`.

    There are several boards if the board was run more than once, and a `high` and a `low` side if
    the pot is split.  `pot` is the pot's index; `shares` add up to the chips of the part.  `hand`
    is the best hand in words, empty if everybody else folded.

    Each `amount` in `shares` moves from the pot's `amount` to the `stack` of its seat.  A pot
    without chips stays in the hand's `pots`, with no `seats`.  When all pots are empty, the hand's
    `dead`, and the `in_pots` and `dead` of each part, become 0.
    """

    pot: int
    shares: list[Share]
    hand: str = ""
    board: int = 0
    side: Literal["", "high", "low"] = ""


class RakeTaken(OfHand, frozen=True, tag="rake_taken"):
    """The house took `amount` chips before the pots were awarded.

    `pots` has the part of each pot, the main pot first.  The chips go to the account of the house.

    The `amount` of each of the hand's pots is reduced by the number at its place in `pots`.
    """

    amount: int
    pots: list[int]


class HandEnded(Event, frozen=True, tag="hand_ended"):
    """The hand is over.  The `unshown` seats may still show their cards until the next hand.

    `to_come` is given at tables with rabbit hunts: the numbers of board cards of the streets that
    were not dealt.  The `claimant` won without showing, and may claim a bonus by showing.

    `hand` becomes null.  If `unshown` has seats, `last_hand` becomes a new one.  Its `number` is
    `hand`, its `claimant` that of the event, and its `shown` and `parts` are empty.  Its `cards`
    have one list per seat: the part's cards for the `unshown` seats, empty for the others.  Its
    `rabbit` is null, or if there is `to_come`, a new one: its `streets` are `to_come`, its `boards`
    the number of boards of the hand, and the rest is empty.
    """

    hand: int
    unshown: list[int] = []
    to_come: list[int] = []
    claimant: int | None = None


# Why a hand was cancelled: its table closes, or its play was lost after cards were seen.
CancelReason = Literal["closed", "cards_seen"]


class HandCancelled(Event, frozen=True, tag="hand_cancelled"):
    """The hand was cancelled: `refunds` returns to each seat what it had put in.

    It is cancelled because the table is `closed`, or for `cards_seen`: a fault undid a part of the
    hand, and players may have seen cards that would be dealt again.

    The `stack` of each seat in `refunds` grows by its `amount`; `hand` becomes null.
    """

    hand: int
    refunds: list[Share]
    reason: CancelReason = "closed"


class HandShown(Event, frozen=True, tag="hand_shown"):
    """A player showed his or her cards of the last hand, which stay visible until the next one.

    In `last_hand`, the seat's `cards` become `cards`, and the seat is appended to `shown`.
    """

    hand: int
    seat: int
    cards: list[Card]
