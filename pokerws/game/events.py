"""Events: what happened at a table.  Past tense, and all that `apply` needs.

The union below is at once what clients receive (redacted), what the log stores, what recovery
replays and what a hand history is written from.  Seats are numbers; chips are integers; cards are
two-character strings.  Fields marked secret are removed by `views.py`.
"""

from typing import Literal

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.state import CloseReason, PlayerId, Pot, Table, TableConfig, TableId, Turn


class Event(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Base of all events.  The tag is the snake_case name of the class."""


class TableOpened(Event, frozen=True, tag="table_opened"):
    """The first event of every table.  All its seats are free."""

    id: TableId
    name: str
    config: TableConfig


class LogRestarted(Event, frozen=True, tag="log_restarted"):
    """Of the stored log alone.  At the table it changes nothing."""

    # What stands for the events that were not kept.  It is secret.
    table: Table | None


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    """The clock stood still for a while, and now ends at `deadline_ms`.

    That is the new `deadline_ms` of the turn, or `next_hand_at_ms` where it is nobody's turn.
    """

    deadline_ms: int


class PlayerSat(Event, frozen=True, tag="player_sat"):
    """A player took a free seat, with `stack` chips.

    The seat has this `player`, `name` and `stack`, and else the defaults: it `owes_blind`.
    """

    seat: int
    player: PlayerId
    name: str
    stack: int


class PlayerStood(Event, frozen=True, tag="player_stood"):
    """The seat is free; `stack` chips went home with the player.

    Where there is a `last_hand`, the seat's `cards` in it become empty, and it is no more in
    `shown`.
    """

    seat: int
    player: PlayerId
    stack: int


class PlayerLeaving(Event, frozen=True, tag="player_leaving"):
    """The player stands up when the hand is over.

    The seat's `leaving` becomes true.
    """

    seat: int


class ChipsAdded(Event, frozen=True, tag="chips_added"):
    """A player brought more chips.

    The seat's `stack` grows by `amount`.
    """

    seat: int
    player: PlayerId
    amount: int


class PlayerSatOut(Event, frozen=True, tag="player_sat_out"):
    """The player is dealt no further hands.

    The seat's `sitting_out` becomes true.
    """

    seat: int
    reason: Literal["asked", "timed_out", "busted"]


class PlayerSatIn(Event, frozen=True, tag="player_sat_in"):
    """The player is dealt in again.

    The seat's `sitting_out` becomes false, its `timeouts` and `hands_missed` 0.
    """

    seat: int


class NextHandScheduled(Event, frozen=True, tag="next_hand_scheduled"):
    """A hand starts at `at_ms`, if there are still enough players.

    `next_hand_at_ms` becomes `at_ms`.
    """

    at_ms: int


class NextHandCancelled(Event, frozen=True, tag="next_hand_cancelled"):
    """Too few players are left to deal to, or the table closes.

    `next_hand_at_ms` becomes null.
    """


class HandStarted(Event, frozen=True, tag="hand_started"):
    """A hand begins.

    `order` lists the seats dealt in, from the left of the button.  `button`, `small_blind` and
    `big_blind` are positions: a dead button or small blind is at a seat that is not in `order`.
    `missed` seats were passed by the big blind while sitting out, so they owe one.

    `hand_number` (from `hand`), `button`, `small_blind` and `big_blind` become the event's,
    `next_hand_at_ms` and `last_hand` null.  `owes_blind` becomes true for the seats in `missed` and
    false for those in `order`; `hands_missed` grows by 1 for each seat that is sitting out.  The
    new `hand` has the `number`, `order` and `min_bet` of the event, a `min_raise` of `min_bet`,
    street 0, and a part with defaults for each seat in `order`; the rest is 0, null or empty.
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


class AntePosted(Event, frozen=True, tag="ante_posted"):
    """An ante.  A `dead` one is paid for the whole table: nobody has to match it.

    `amount` goes from the seat's `stack` to the part's `in_pots`; a `dead` one to the hand's
    `dead`.  No `bet` changes.
    """

    seat: int
    amount: int
    dead: bool = False


class BlindPosted(Event, frozen=True, tag="blind_posted"):
    """A blind: `entry` is what a player owes to be dealt in, live like a big blind.

    `to_match` is the bet that the street then asks for: the whole blind even when the poster was
    short of it, and the big blind from the first `entry` on.

    `amount` goes from the seat's `stack` to the part's `bet`; the hand's `bet` becomes `to_match`,
    and its `last_actor` the seat, unless it is an `entry`.  The part's `acted_to` stays null.
    """

    seat: int
    blind: Literal["small", "big", "straddle", "entry"]
    amount: int
    to_match: int


class HoleCardsDealt(Event, frozen=True, tag="hole_cards_dealt"):
    """The hole cards: one list a seat of the table, empty for seats not in the hand.

    Those of others are `??`.  `players` are those who were dealt to, one a seat of the table;
    where it is left out, as in hands of long ago, all cards are `??`.

    The `cards` of each part become the seat's list.
    """

    cards: list[list[Card]]
    players: list[PlayerId | None] = []


class TurnStarted(Event, frozen=True, tag="turn_started"):
    """Somebody is to act.

    The hand's `turn` becomes `turn`, the table's `turns` its `number`.
    """

    turn: Turn


class TurnTimedOut(Event, frozen=True, tag="turn_timed_out"):
    """The time for the turn is over; what is done for the player comes next.

    The seat's `timeouts` grows by 1.  The turn ends with the action that comes next.
    """

    seat: int
    turn: int


class Folded(Event, frozen=True, tag="folded"):
    """The player gave the hand up; `auto` marks an action taken for an absent player.

    An action; and the part's `folded` becomes true.
    """

    seat: int
    auto: bool = False


class Checked(Event, frozen=True, tag="checked"):
    """The player checked; `auto` marks an action taken for an absent player.

    An action, and nothing else.
    """

    seat: int
    auto: bool = False


class Called(Event, frozen=True, tag="called"):
    """A call; `amount` is what it added.

    An action; and `amount` goes from the seat's `stack` to the part's `bet`.
    """

    seat: int
    amount: int


class BetPlaced(Event, frozen=True, tag="bet_placed"):
    """The street's first bet; `to` is its size.

    An action; and the state changes as by `raised`.
    """

    seat: int
    to: int


class Raised(Event, frozen=True, tag="raised"):
    """A raise; `to` is the player's total for the street.

    An action; and what the part's `bet` lacks of `to` goes there from the seat's `stack`.  The
    hand's `min_raise` becomes `to` less the hand's `bet`, if that is more than it was; then `bet`
    becomes `to`, and `aggressor` the seat.
    """

    seat: int
    to: int


class UncalledBetReturned(Event, frozen=True, tag="uncalled_bet_returned"):
    """What nobody matched went back.

    `amount` goes from the part's `bet` to the seat's `stack`.  The hand's `bet` stays.
    """

    seat: int
    amount: int


class BetsCollected(Event, frozen=True, tag="bets_collected"):
    """A betting round is over; `pots` are all pots as they stand now, main pot first.

    The hand's `pots` become `pots`.  Of each part, `in_pots` grows by `bet`, and `bet` becomes 0.
    The hand's `bet` stays, until a street begins.
    """

    pots: list[Pot]


class BoardDealt(Event, frozen=True, tag="board_dealt"):
    """A street begins: `street` is its index in the variant, `cards` are the new ones.

    The hand's `street` becomes `street`, and `board` grows by `cards`; `bet` becomes 0, `min_raise`
    `min_bet`, `aggressor` and `last_actor` null, and the `acted_to` of each part null.
    """

    street: int
    cards: list[Card]


class CardsShown(Event, frozen=True, tag="cards_shown"):
    """Cards lie open.  `hand` is the hand in words at a showdown, empty before it.

    The part's `cards` become `cards`, and its `shown` true.
    """

    seat: int
    cards: list[Card]
    hand: str = ""


class CardsMucked(Event, frozen=True, tag="cards_mucked"):
    """A losing hand was not shown.

    The part's `mucked` becomes true.
    """

    seat: int


class Share(Struct, frozen=True):
    """What one seat takes out of a pot."""

    seat: int
    amount: int


class PotAwarded(Event, frozen=True, tag="pot_awarded"):
    """`pot` is the pot's index; `shares` add up to its chips.  `hand` is the best hand in words,
    empty when everybody else folded.

    The `stack` of each seat in `shares` grows by its `amount`.  The pot stays in the hand's `pots`
    with an `amount` of 0 and no `seats`; once all are like that, the hand's `dead` and the
    `in_pots` of each part become 0.
    """

    pot: int
    shares: list[Share]
    hand: str = ""


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


class TableClosed(Event, frozen=True, tag="table_closed"):
    """The last event of a table; all seats are free by then.

    `closed` becomes true.
    """

    reason: CloseReason


# Events that happen within a hand, most frequent first.
HandEvent = (
    TurnStarted
    | Folded
    | Called
    | Checked
    | Raised
    | BetPlaced
    | BetsCollected
    | BoardDealt
    | BlindPosted
    | UncalledBetReturned
    | PotAwarded
    | HoleCardsDealt
    | CardsShown
    | CardsMucked
    | TurnTimedOut
    | AntePosted
)

# The hand is over, played out or not.
HAND_ENDS = HandEnded | HandCancelled

TableEvent = (
    HandEvent
    | HandStarted
    | HandEnded
    | HandCancelled
    | HandShown
    | NextHandScheduled
    | NextHandCancelled
    | PlayerSat
    | PlayerStood
    | PlayerLeaving
    | ChipsAdded
    | PlayerSatOut
    | PlayerSatIn
    | ClockResumed
    | TableOpened
    | TableClosed
    | LogRestarted
)


def tag_of(event: TableEvent) -> str:
    """The name that an event has on the wire and in the log."""
    return str(event.__struct_config__.tag)
