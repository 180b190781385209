"""Who may see what: the only place that knows secrets from public.

Hidden is the default: an event type that is not decided about here does not type-check.  A viewer
is a player's id, or None for a spectator.
"""

from collections.abc import Sequence
from typing import assert_never

from msgspec.structs import replace

from pokerws.game.cards import UNKNOWN
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    Called,
    CardsMucked,
    CardsShown,
    Checked,
    ChipsAdded,
    ClockResumed,
    Folded,
    HandCancelled,
    HandEnded,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    PotAwarded,
    Raised,
    TableClosed,
    TableEvent,
    TableOpened,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.state import Hand, HandSeat, PlayerId, Table

# The player in each seat at the time of an event, None for an empty seat.
Owners = Sequence[PlayerId | None]


def owners(table: Table) -> Owners:
    """Who sits where now."""
    return [None if seat is None else seat.player for seat in table.seats]


def is_personal(event: TableEvent) -> bool:
    """Whether viewers see different things of an event."""
    return isinstance(event, HoleCardsDealt)


def redact(event: TableEvent, owners: Owners, viewer: PlayerId | None) -> TableEvent:
    """The event as `viewer` may see it; `owners` sat at the table when it happened."""
    match event:
        case HoleCardsDealt(cards=dealt):
            return HoleCardsDealt(
                [
                    cards if viewer is not None and owner == viewer else [UNKNOWN] * len(cards)
                    for cards, owner in zip(dealt, owners, strict=True)
                ]
            )
        case HandStarted():
            return replace(event, deck=[])
        case LogRestarted():
            return LogRestarted(None)
        case (
            TurnStarted()
            | Folded()
            | Called()
            | Checked()
            | Raised()
            | BetPlaced()
            | BetsCollected()
            | BoardDealt()
            | BlindPosted()
            | UncalledBetReturned()
            | PotAwarded()
            | CardsShown()
            | CardsMucked()
            | TurnTimedOut()
            | AntePosted()
            | HandEnded()
            | HandCancelled()
            | NextHandScheduled()
            | NextHandCancelled()
            | PlayerSat()
            | PlayerStood()
            | PlayerLeaving()
            | ChipsAdded()
            | PlayerSatOut()
            | PlayerSatIn()
            | ClockResumed()
            | TableOpened()
            | TableClosed()
        ):
            return event
        case _:
            assert_never(event)


def redact_table(table: Table, viewer: PlayerId | None) -> Table:
    """The table as `viewer` may see it: no deck, only the own and the shown hole cards."""
    hand = table.hand
    return table if hand is None else replace(table, hand=_redact_hand(table, hand, viewer))


def _redact_hand(table: Table, hand: Hand, viewer: PlayerId | None) -> Hand:
    seats: list[HandSeat | None] = []
    for hand_seat, owner in zip(hand.seats, owners(table), strict=True):
        if hand_seat is None or hand_seat.shown or (viewer is not None and owner == viewer):
            seats.append(hand_seat)
        else:
            seats.append(replace(hand_seat, cards=[UNKNOWN] * len(hand_seat.cards)))
    return replace(hand, seats=seats, deck=[])
