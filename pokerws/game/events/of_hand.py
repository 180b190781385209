"""What happens in a hand, from its start to its end."""

from typing import Literal, final

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.events.base import Event, OfHand
from pokerws.game.state import FixedLimit, PlayerId, Pot, Turn


class HandStarted(Event, frozen=True, tag="hand_started"):
    """A hand begins.

    `order` lists the seats dealt in, from the left of the button.  `button`, `small_blind` and
    `big_blind` are positions: a dead button or small blind is at a seat that is not in `order`;
    they stay where they were in games without blinds.  `missed` seats were passed by the big blind
    while sitting out, so they owe one; `missed_small` also owe a small blind.  `limit` is the first
    street's in a fixed-limit game.  `boards` is how many boards are dealt; a `bomb_pot` begins on
    the second street.  `at_ms` is when the
    hand began, in milliseconds UTC; `names` and `stacks` are those of the players in `order`, from
    before they posted anything.  Hands of long ago have none of these three.

    `hand_number` (from `hand`), `button`, `small_blind` and `big_blind` become the event's,
    `next_hand_at_ms` and `last_hand` null.  `owes_blind` becomes true for the seats in `missed`,
    `owes_small` for those in `missed_small`, and where there are `blinds`, both become false for
    those in `order`; `hands_missed` grows by 1 for each seat that is sitting out.  The `hands_left`
    of the `game` becomes 1 less, where there is one.  The new `hand` has the `number`, `order`,
    `min_bet`, `variant`, `limit` and `bomb_pot` of the event, a `min_raise` of `min_bet`, street 0,
    an empty list in `extra_boards` for each of the `boards` after the first, and a part with
    defaults for each seat in `order`; the rest is 0, null or empty.
    """

    hand: int
    button: int
    small_blind: int
    big_blind: int
    order: list[int]
    min_bet: int
    missed: list[int] = []
    # The cards in dealing order.  They are secret.
    deck: list[Card] = []
    variant: str = "NT"
    missed_small: list[int] = []
    blinds: bool = True
    limit: FixedLimit | None = None
    boards: int = 1
    bomb_pot: bool = False
    # What a history of the hand begins with, so that its events alone tell all of it.
    at_ms: int = 0
    names: list[str] = []
    stacks: list[int] = []


class AntePosted(OfHand, frozen=True, tag="ante_posted"):
    """An ante.  A `dead` one is paid for the whole table: nobody has to match it.

    `amount` goes from the seat's `stack` to the part's `in_pots`; a `dead` one to the hand's
    `dead`, and is noted in the part's as well.  No `bet` changes.
    """

    seat: int
    amount: int
    dead: bool = False


BlindKind = Literal["small", "big", "straddle", "sleeper", "button", "entry", "dead"]


@final
class BlindPosted(OfHand, frozen=True, tag="blind_posted"):
    """A blind: `entry` is what a player owes to be dealt in, live like a big blind, and `dead` a
    small blind that is owed as well, which nobody has to match.  A `sleeper` is a straddle that
    leaves the order of the betting as it is.

    `to_match` is the bet that the street then asks for: the whole blind even when the poster was
    short of it, and the big blind from the first `entry` on.

    `amount` goes from the seat's `stack` to the part's `bet`; the hand's `bet` becomes `to_match`,
    and its `last_actor` the seat, unless it is an `entry` or a `sleeper`.  `min_raise` and `limit`
    become the event's where it has them.  The part's `acted_to` stays null.  But a `dead` blind
    goes to the hand's `dead`, and is noted in the part's; nothing else changes.
    """

    seat: int
    blind: BlindKind
    amount: int
    to_match: int
    min_raise: int = 0
    limit: FixedLimit | None = None


@final
class HoleCardsDealt(OfHand, frozen=True, tag="hole_cards_dealt"):
    """Cards for the players: one list a seat of the table, empty for seats that get none.

    The hidden `cards` of others are `??`; those in `up` lie face up.  `players` are those who were
    dealt to, one a seat of the table; where it is left out, as in hands of long ago, all hidden
    cards are `??`.  In stud a `street` begins with such a deal, and `opener` is who opens it.

    If `street` is not 0, the state first changes as by `board_dealt`.  The `cards` of each part
    grow by the seat's list, and its `up` by that of `up`, where there are any.  The hand's `opener`
    becomes `opener`.
    """

    cards: list[list[Card]]
    players: list[PlayerId | None] = []
    up: list[list[Card]] = []
    street: int = 0
    opener: int | None = None
    limit: FixedLimit | None = None


@final
class TurnStarted(OfHand, frozen=True, tag="turn_started"):
    """Somebody is to act.

    The hand's `turn` becomes `turn`, the table's `turns` its `number`.
    """

    turn: Turn


class TurnTimedOut(OfHand, frozen=True, tag="turn_timed_out"):
    """The time for the turn is over; what is done for the player comes next.

    The seat's `timeouts` grows by 1.  The turn ends with the action that comes next.
    """

    seat: int
    turn: int


@final
class Folded(OfHand, frozen=True, tag="folded"):
    """The player gave the hand up; `auto` marks an action taken for an absent player.

    An action; and the part's `folded` becomes true.
    """

    seat: int
    auto: bool = False


@final
class Checked(OfHand, frozen=True, tag="checked"):
    """The player checked; `auto` marks an action taken for an absent player.

    An action, and nothing else.
    """

    seat: int
    auto: bool = False


@final
class Called(OfHand, frozen=True, tag="called"):
    """A call; `amount` is what it added.

    An action; and `amount` goes from the seat's `stack` to the part's `bet`.
    """

    seat: int
    amount: int


@final
class BetPlaced(OfHand, frozen=True, tag="bet_placed"):
    """The street's first bet; `to` is its size.  Completing a bring-in is one.

    An action; and the state changes as by `raised`.
    """

    seat: int
    to: int
    limit: FixedLimit | None = None


@final
class Raised(OfHand, frozen=True, tag="raised"):
    """A raise; `to` is the player's total for the street.

    An action; and what the part's `bet` lacks of `to` goes there from the seat's `stack`.  The
    hand's `min_raise` becomes `to` less the hand's `bet`, if that is more than it was; then `bet`
    becomes `to`, and `aggressor` the seat.  The hand's `limit` becomes the event's, if it has one.
    """

    seat: int
    to: int
    limit: FixedLimit | None = None


class BringInPosted(OfHand, frozen=True, tag="bring_in_posted"):
    """The player with the lowest card showing, in razz the highest, opened with the bring-in.

    `to_match` is the whole bring-in, even when the player was short of it.

    The hand's `bet` becomes `to_match`.  Then it is an action; and `amount` goes from the seat's
    `stack` to the part's `bet`.
    """

    seat: int
    amount: int
    to_match: int
    auto: bool = False


class DrawStarted(OfHand, frozen=True, tag="draw_started"):
    """The `seats` are to draw or discard, in that order.

    If `street` is not the hand's, the state first changes as by `board_dealt`.  The hand's `bet`
    becomes 0, and its `drawing` becomes `seats`.
    """

    street: int
    seats: list[int]
    limit: FixedLimit | None = None


class CardsDrawn(OfHand, frozen=True, tag="cards_drawn"):
    """A player threw away the `discarded` cards and got those `drawn`; who stood pat has neither.

    Nothing is drawn where the variant only has its players discard.  The cards of others are `??`.
    `player` is who drew, `street` the hand's; `auto` marks what was done for an absent player.

    The hand's `turn` becomes null, and the seat leaves its `drawing`.  The seat's `timeouts` become
    0, unless it is `auto`.  Of the part's `cards` the `discarded` go, and the `drawn` come to the
    end; its `drew` becomes how many were drawn.
    """

    seat: int
    player: PlayerId
    discarded: list[Card] = []
    drawn: list[Card] = []
    auto: bool = False
    street: int = 0


class DeckReshuffled(OfHand, frozen=True, tag="deck_reshuffled"):
    """The deck ran out: what others threw away was shuffled and becomes the deck.

    `street` is the hand's, and `seat` who is drawing.

    What is seen of the table does not change.
    """

    # All cards to come, in dealing order.  They are secret.
    deck: list[Card] = []
    street: int = 0
    seat: int | None = None


class RunItAgreed(OfHand, frozen=True, tag="run_it_agreed"):
    """All are all-in, and what is to come of the board is dealt `times` times.

    The hand's `extra_boards` become `times` less 1 copies of the `board`.
    """

    times: int


class UncalledBetReturned(OfHand, frozen=True, tag="uncalled_bet_returned"):
    """What nobody matched went back.

    `amount` goes from the part's `bet` to the seat's `stack`.  The hand's `bet` stays.
    """

    seat: int
    amount: int


@final
class BetsCollected(OfHand, frozen=True, tag="bets_collected"):
    """A betting round is over; `pots` are all pots as they stand now, main pot first.

    The hand's `pots` become `pots`.  Of each part, `in_pots` grows by `bet`, and `bet` becomes 0.
    The hand's `bet` stays, until a street begins.
    """

    pots: list[Pot]


@final
class BoardDealt(OfHand, frozen=True, tag="board_dealt"):
    """A street begins: `street` is its index in the variant, `cards` are the new ones.

    `board` is the board's number where several are dealt: 0 for the first.  Where seven card stud
    runs out of cards, the last one is for all; `opener` is who opens then.

    The hand's `street` becomes `street`, and `board` grows by `cards`; `bet` becomes 0, `min_raise`
    `min_bet`, `limit` and `opener` the event's, `aggressor` and `last_actor` null, and the
    `acted_to` of each part null.  But if `board` is not 0, only the board of that number grows: the
    first of `extra_boards` is number 1.
    """

    street: int
    cards: list[Card]
    board: int = 0
    limit: FixedLimit | None = None
    opener: int | None = None


@final
class CardsShown(OfHand, frozen=True, tag="cards_shown"):
    """Hidden cards lie open.  At a showdown `hand` is the hand in words, and `low` the low hand
    where the variant has both and the player has one; before it, they are empty.

    The part's `cards` become `cards`, and its `shown` true.
    """

    seat: int
    cards: list[Card]
    hand: str = ""
    low: str = ""


class CardsMucked(OfHand, frozen=True, tag="cards_mucked"):
    """A losing hand was not shown.

    The part's `mucked` becomes true.
    """

    seat: int


class Share(Struct, frozen=True, gc=False):
    """What one seat takes out of a pot."""

    seat: int
    amount: int


@final
class PotAwarded(OfHand, frozen=True, tag="pot_awarded"):
    """A pot goes to who won it, or a part of it: the part of the `board` of that number, where
    there are several, and of its `high` or `low` `side`, where both win.

    `pot` is the pot's index; `shares` add up to the chips of the part.  `hand` is the best hand in
    words, empty when everybody else folded.

    The `stack` of each seat in `shares` grows by its `amount`, of which the pot's `amount` goes
    down.  A pot without chips stays in the hand's `pots`, with no `seats`; once all are like that,
    the hand's `dead`, and the `in_pots` and `dead` of each part, become 0.
    """

    pot: int
    shares: list[Share]
    hand: str = ""
    board: int = 0
    side: Literal["", "high", "low"] = ""


class HandEnded(Event, frozen=True, tag="hand_ended"):
    """`unshown` lists the seats whose cards were not shown; until the next hand, they may be.

    `hand` becomes null.  Where `unshown` has seats, `last_hand` becomes a new one: its `number` is
    `hand`, its `cards` are those of the parts of the `unshown` seats, and its `shown` is empty.
    """

    hand: int
    unshown: list[int] = []


class HandCancelled(Event, frozen=True, tag="hand_cancelled"):
    """The hand is over without a winner: `refunds` is what each seat had put in, all of the pot.

    The `stack` of each seat in `refunds` grows by its `amount`; `hand` becomes null.
    """

    hand: int
    refunds: list[Share]


class HandShown(Event, frozen=True, tag="hand_shown"):
    """A player shows the own cards of the hand that has ended; they lie open until the next one.

    In `last_hand`, the seat's `cards` become `cards`, and `shown` has the seat as its last one.
    """

    hand: int
    seat: int
    cards: list[Card]
