"""Which events contain secret cards, and which cards of a table are secret.

A card is secret while nobody may see it, or only one player.  Functions here take secrets out of a
table and put them back.  This module must not know how secrets are encrypted (`storage/vault`) or
which viewer may see them (`redaction`); both use its lists of events.
"""

from collections.abc import Iterable
from typing import NamedTuple, get_args

from msgspec.structs import replace

from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import (
    AntePosted,
    AutoChipsSet,
    AutoMuckSet,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    BombPotVoted,
    BonusPaid,
    BotsWanted,
    BringInPosted,
    Called,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    Checked,
    ChipsAdded,
    ClockResumed,
    ConnectionProtected,
    ConnectionRestored,
    DeckReshuffled,
    DrawStarted,
    EntryChosen,
    Folded,
    GameChanged,
    HandCancelled,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    HostingEvent,
    LagCompensated,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    OfWaiting,
    PartShown,
    PlanMade,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    PotAwarded,
    RabbitAgreed,
    RabbitShown,
    Raised,
    RakeTaken,
    RunItAgreed,
    RunItSet,
    SessionEnding,
    SessionStarted,
    StandUpStarted,
    StandUpWon,
    StraddleSet,
    TableClosed,
    TableEvent,
    TableOpened,
    TimeBankFilled,
    TimeBankStarted,
    TimeBankStopped,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.state import Hand, HandSeat, LastHand, Rabbit, Table

# Every event is in one of these unions.  If one is missing, the code that redacts or seals events
# does not type-check, and importing this module raises TypeError.
SecretEvent = HandStarted | HoleCardsDealt | CardsDrawn | DeckReshuffled | LogRestarted
PublicEvent = (
    TurnStarted
    | Folded
    | Called
    | Checked
    | Raised
    | BetPlaced
    | BetsCollected
    | BoardDealt
    | BlindPosted
    | BringInPosted
    | DrawStarted
    | RunItAgreed
    | UncalledBetReturned
    | PotAwarded
    | CardsShown
    | CardsMucked
    | TurnTimedOut
    | AntePosted
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
    | StraddleSet
    | RunItSet
    | GameChanged
    | ClockResumed
    | TableOpened
    | TableClosed
    | TimeBankFilled
    | TimeBankStarted
    | TimeBankStopped
    | ConnectionProtected
    | ConnectionRestored
    | LagCompensated
    | BotsWanted
    | RakeTaken
    | PartShown
    | RabbitAgreed
    | RabbitShown
    | BombPotVoted
    | AutoMuckSet
    | BonusPaid
    | StandUpStarted
    | StandUpWon
    | SessionStarted
    | SessionEnding
    | HostingEvent
    | EntryChosen
    | PlanMade
    | AutoChipsSet
    | OfWaiting
)
PUBLIC_TYPES = frozenset(get_args(PublicEvent))

# Events that show a card to anybody: to one player, or to all.  A test keeps this complete.
REVEALING_TYPES = frozenset(
    {HoleCardsDealt, CardsDrawn, BoardDealt, CardsShown, HandShown, PartShown, RabbitShown}
)


def reveal_cards(events: Iterable[TableEvent]) -> bool:
    """Whether any of these events shows a card to anybody."""
    return not REVEALING_TYPES.isdisjoint(map(type, events))


if {*get_args(PublicEvent), *get_args(SecretEvent)} != {*get_args(TableEvent)}:
    raise TypeError("an event is neither public nor secret: add it to one of the two unions")


def without_secrets(event: PublicEvent) -> PublicEvent:
    """Return the event unchanged: for the last case of a `match` over all events.

    The type checker rejects a secret event here, and at run time it raises TypeError.
    """
    if type(event) not in PUBLIC_TYPES:
        raise TypeError(f"{type(event).__name__} is not a public event")
    return event


class Secrets(NamedTuple):
    """Secret cards.  `cards` has one list per seat, empty if the seat has no secret cards.

    `discards` has one list per seat too, or is empty.  For a draw, `cards` has two lists: the
    discarded and the new cards.
    """

    deck: list[Card]
    cards: list[list[Card]]
    discards: list[list[Card]]

    @property
    def none(self) -> bool:
        """Whether there is nothing to seal."""
        return not self.deck and not any(self.cards) and not any(self.discards)

    def copy(self) -> "Secrets":
        """A copy that later changes of the table do not affect."""
        cards = [own.copy() for own in self.cards]
        return Secrets(self.deck.copy(), cards, [own.copy() for own in self.discards])


NO_SECRETS = Secrets([], [], [])


def public_table(table: Table) -> Table:
    """A table without its secrets, as in a sealed snapshot."""
    hand, last = table.hand, table.last_hand
    if hand is not None:
        return replace(table, hand=_public(hand))
    if last is not None:
        return replace(table, last_hand=_public_last(last))
    return table


def comparable_table(table: Table) -> Table:
    """A table's public part, for comparing tables with unknown cards.

    It has no discards, because a replay without the deck does not know how many there are.
    """
    table = public_table(table)
    if table.hand is not None:
        return replace(table, hand=replace(table.hand, discards=[]))
    return table


def secrets_of(table: Table) -> tuple[int, Secrets]:
    """The number of the latest hand, and its secret cards.

    During a hand, the cards of the previous hand are not stored.
    """
    hand, last = table.hand, table.last_hand
    if hand is not None:
        cards = [[] if seat is None or seat.shown else seat.cards for seat in hand.seats]
        return hand.number, Secrets(hand.deck, cards, hand.discards)
    if last is not None:
        unseen = [[] if n in last.shown else cards for n, cards in enumerate(last.cards)]
        return last.number, Secrets([] if last.rabbit is None else last.rabbit.cards, unseen, [])
    return table.hand_number, NO_SECRETS


def _public(hand: Hand) -> Hand:
    seats = [
        seat
        if seat is None or seat.shown or not seat.cards
        else replace(seat, cards=masked(seat.cards))
        for seat in hand.seats
    ]
    return replace(hand, seats=seats, deck=[], discards=[masked(own) for own in hand.discards])


def _public_last(last: LastHand) -> LastHand:
    cards = [own if n in last.shown else masked(own) for n, own in enumerate(last.cards)]
    return replace(last, cards=cards, rabbit=public_rabbit(last))


def public_rabbit(last: LastHand) -> Rabbit | None:
    """The board cards to come of the last hand, hidden unless they were shown."""
    return None if last.rabbit is None else replace(last.rabbit, cards=[])


def masked(cards: list[Card]) -> list[Card]:
    """The same number of cards, all unknown."""
    return [UNKNOWN] * len(cards)


def has_unknown(table: Table) -> bool:
    """Whether the table lacks cards that its sealed secrets contain."""
    if table.hand is not None:
        unknown_discards = any(UNKNOWN in own for own in table.hand.discards)
        return unknown_discards or any(_is_unknown(seat) for seat in table.hand.seats)
    last = table.last_hand
    return last is not None and (_lacks_rabbit(last) or any(UNKNOWN in own for own in last.cards))


def _lacks_rabbit(last: LastHand) -> bool:
    return last.rabbit is not None and not last.rabbit.shown and not last.rabbit.cards


def _is_unknown(seat: HandSeat | None) -> bool:
    return seat is not None and not seat.shown and UNKNOWN in seat.cards


def fill(hand: Hand, secrets: Secrets) -> bool:
    """Put a hand's secrets back.  Returns False if they do not fit the public part.

    Secrets that were sealed earlier in the same hand can be decrypted too, so they are detected
    here.  They have cards that were dealt or shown since, or too few discards.
    """
    fits = not hand.deck and len(secrets.cards) == len(hand.seats)
    fits = fits and hand.discards == [masked(own) for own in secrets.discards]
    # Discards may be in the deck or in a hand again, after a reshuffle.
    known = hand.board + secrets.deck
    known += [card for board in hand.extra_boards for card in board if card not in hand.board]
    for seat, cards in zip(hand.seats, secrets.cards, strict=False):
        if seat is None or seat.shown:
            fits = fits and not cards
        else:
            fits = fits and seat.cards == masked(cards)
            seat.cards = cards
        if seat is not None:
            # After a reshuffle, cards of a folded hand are in the deck again.
            known = known + seat.up + ([] if seat.folded else seat.cards)
    hand.deck, hand.discards = secrets.deck, secrets.discards
    return fits and len(set(known)) == len(known)


def fill_last(last: LastHand, secrets: Secrets) -> bool:
    """Put the last hand's secrets back.  Returns False if they do not fit.

    Secrets that were sealed during the hand have a deck, of more than the cards to come.
    """
    hidden = 0
    if last.rabbit is not None and not last.rabbit.shown:
        hidden = sum(last.rabbit.streets) * last.rabbit.boards
        last.rabbit.cards = secrets.deck
    if len(secrets.deck) != hidden or len(secrets.cards) != len(last.cards):
        return False
    for number, cards in enumerate(secrets.cards):
        if number not in last.shown:
            if last.cards[number] != masked(cards):
                return False
            last.cards[number] = cards
        elif cards:
            return False
    return True
