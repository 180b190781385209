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
    """The first event of every table."""

    id: TableId
    name: str
    config: TableConfig


class LogRestarted(Event, frozen=True, tag="log_restarted"):
    """The stored events go on from here; `table` (secret) stands for those that were not kept."""

    table: Table | None


class ClockResumed(Event, frozen=True, tag="clock_resumed"):
    """The clock stood still while the table was not in memory; it now ends at `deadline_ms`."""

    deadline_ms: int


class PlayerSat(Event, frozen=True, tag="player_sat"):
    """A player took a free seat, with `stack` chips."""

    seat: int
    player: PlayerId
    name: str
    stack: int


class PlayerStood(Event, frozen=True, tag="player_stood"):
    """The seat is free; `stack` chips went home with the player."""

    seat: int
    player: PlayerId
    stack: int


class PlayerLeaving(Event, frozen=True, tag="player_leaving"):
    """The player stands up when the hand is over."""

    seat: int


class ChipsAdded(Event, frozen=True, tag="chips_added"):
    """A player brought more chips; the stack has grown by `amount`."""

    seat: int
    player: PlayerId
    amount: int


class PlayerSatOut(Event, frozen=True, tag="player_sat_out"):
    """The player is dealt no further hands."""

    seat: int
    reason: Literal["asked", "timed_out", "busted"]


class PlayerSatIn(Event, frozen=True, tag="player_sat_in"):
    """The player is dealt in again."""

    seat: int


class NextHandScheduled(Event, frozen=True, tag="next_hand_scheduled"):
    """A hand starts at `at_ms`, if there are still enough players."""

    at_ms: int


class NextHandCancelled(Event, frozen=True, tag="next_hand_cancelled"):
    """Too few players are left to deal to, or the table closes."""


class HandStarted(Event, frozen=True, tag="hand_started"):
    """A hand begins.

    `order` lists the seats dealt in, from the left of the button.  `button`, `small_blind` and
    `big_blind` are positions: a dead button or small blind may be at a seat that is not dealt in.
    `missed` seats were passed by the big blind while sitting out, so they owe one.
    `deck` is secret: the cards in dealing order.
    """

    hand: int
    button: int
    small_blind: int
    big_blind: int
    order: list[int]
    min_bet: int
    missed: list[int] = []
    deck: list[Card] = []


class AntePosted(Event, frozen=True, tag="ante_posted"):
    """An ante.  A `dead` one is paid for the whole table: nobody has to match it."""

    seat: int
    amount: int
    dead: bool = False


class BlindPosted(Event, frozen=True, tag="blind_posted"):
    """A blind: `entry` is what a player owes to be dealt in, live like a big blind.

    `to_match` is the bet that the street then asks for: the whole blind even when the poster was
    short of it.
    """

    seat: int
    blind: Literal["small", "big", "straddle", "entry"]
    amount: int
    to_match: int


class HoleCardsDealt(Event, frozen=True, tag="hole_cards_dealt"):
    """One list a seat of the table, empty for seats not in the hand; others' cards are secret.

    `players` are those who were dealt to, one a seat of the table; older logs do not tell.
    """

    cards: list[list[Card]]
    players: list[PlayerId | None] = []


class TurnStarted(Event, frozen=True, tag="turn_started"):
    """Somebody is to act."""

    turn: Turn


class TurnTimedOut(Event, frozen=True, tag="turn_timed_out"):
    """The time for the turn is over; what is done for the player comes next."""

    seat: int
    turn: int


class Folded(Event, frozen=True, tag="folded"):
    """The player gave the hand up; `auto` marks an action taken for an absent player."""

    seat: int
    auto: bool = False


class Checked(Event, frozen=True, tag="checked"):
    """The player checked; `auto` marks an action taken for an absent player."""

    seat: int
    auto: bool = False


class Called(Event, frozen=True, tag="called"):
    """A call; `amount` is what it added."""

    seat: int
    amount: int


class BetPlaced(Event, frozen=True, tag="bet_placed"):
    """The street's first bet; `to` is its size."""

    seat: int
    to: int


class Raised(Event, frozen=True, tag="raised"):
    """A raise; `to` is the player's total for the street."""

    seat: int
    to: int


class UncalledBetReturned(Event, frozen=True, tag="uncalled_bet_returned"):
    """What nobody matched went back from the bet to the stack."""

    seat: int
    amount: int


class BetsCollected(Event, frozen=True, tag="bets_collected"):
    """A betting round is over; `pots` are all pots as they stand now, main pot first."""

    pots: list[Pot]


class BoardDealt(Event, frozen=True, tag="board_dealt"):
    """A street begins: `street` is its index in the variant, `cards` are the new ones."""

    street: int
    cards: list[Card]


class CardsShown(Event, frozen=True, tag="cards_shown"):
    """Cards lie open.  `hand` is the hand in words at a showdown, empty before it."""

    seat: int
    cards: list[Card]
    hand: str = ""


class CardsMucked(Event, frozen=True, tag="cards_mucked"):
    """A losing hand was not shown."""

    seat: int


class Share(Struct, frozen=True):
    """What one seat takes out of a pot."""

    seat: int
    amount: int


class PotAwarded(Event, frozen=True, tag="pot_awarded"):
    """`pot` is the pot's index; `shares` add up to its chips.  `hand` is the best hand in words,
    empty when everybody else folded."""

    pot: int
    shares: list[Share]
    hand: str = ""


class HandEnded(Event, frozen=True, tag="hand_ended"):
    """`unshown` lists the seats whose cards were not shown; until the next hand, they may be."""

    hand: int
    unshown: list[int] = []


class HandCancelled(Event, frozen=True, tag="hand_cancelled"):
    """The hand is over without a winner: `refunds` is what each seat had put in, all of the pot."""

    hand: int
    refunds: list[Share]


class HandShown(Event, frozen=True, tag="hand_shown"):
    """A player shows the own cards of the hand that has ended; they lie open until the next one."""

    hand: int
    seat: int
    cards: list[Card]


class TableClosed(Event, frozen=True, tag="table_closed"):
    """The last event of a table; all seats are free by then."""

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
