"""Events: what happened at a table, in the past tense, with everything that `apply` needs.

The same events are sent to clients (redacted), stored in the log, replayed by recovery and turned
into hand histories.  Seats are numbers, chips integers, cards two-character strings.  Fields
marked secret are removed by `redaction.py`.
"""

from pokerws.game.events.base import OfHand
from pokerws.game.events.of_hand import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindKind,
    BlindPosted,
    BoardDealt,
    BringInPosted,
    Called,
    CancelReason,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    Checked,
    DeckReshuffled,
    DrawStarted,
    Folded,
    HandCancelled,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    RunItAgreed,
    Share,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.events.of_seating import (
    AutoChipsSet,
    EntryChosen,
    PlanMade,
    SeatReserved,
    WaiterJoined,
    WaiterLeft,
)
from pokerws.game.events.of_table import (
    ChipsAdded,
    ClockResumed,
    GameChanged,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    RunItSet,
    StraddleSet,
    TableClosed,
    TableOpened,
)

__all__ = [
    "HAND_ENDS",
    "AntePosted",
    "AutoChipsSet",
    "BetPlaced",
    "BetsCollected",
    "BlindKind",
    "BlindPosted",
    "BoardDealt",
    "BringInPosted",
    "Called",
    "CancelReason",
    "CardsDrawn",
    "CardsMucked",
    "CardsShown",
    "Checked",
    "ChipsAdded",
    "ClockResumed",
    "DeckReshuffled",
    "DrawStarted",
    "EntryChosen",
    "Folded",
    "GameChanged",
    "HandCancelled",
    "HandEnded",
    "HandEvent",
    "HandShown",
    "HandStarted",
    "HoleCardsDealt",
    "LogRestarted",
    "NextHandCancelled",
    "NextHandScheduled",
    "OfHand",
    "OfSeat",
    "OfWaiting",
    "PlanMade",
    "PlayerLeaving",
    "PlayerSat",
    "PlayerSatIn",
    "PlayerSatOut",
    "PlayerStood",
    "PotAwarded",
    "Raised",
    "RarerHandEvent",
    "RunItAgreed",
    "RunItSet",
    "SeatReserved",
    "Share",
    "StraddleSet",
    "TableClosed",
    "TableEvent",
    "TableOpened",
    "TurnStarted",
    "TurnTimedOut",
    "UncalledBetReturned",
    "WaiterJoined",
    "WaiterLeft",
    "tag_of",
]

# Events that are rare in a hand, or occur in some games only.
RarerHandEvent = (
    UncalledBetReturned
    | CardsShown
    | CardsMucked
    | TurnTimedOut
    | AntePosted
    | CardsDrawn
    | DrawStarted
    | BringInPosted
    | RunItAgreed
    | DeckReshuffled
)

# Events that happen within a hand: all the kinds of `OfHand`.
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
    | PotAwarded
    | HoleCardsDealt
    | RarerHandEvent
)

# The end of a hand.
HAND_ENDS = HandEnded | HandCancelled

# Events that change one seat and no hand.
OfSeat = (
    PlayerSat
    | PlayerStood
    | PlayerLeaving
    | ChipsAdded
    | PlayerSatOut
    | PlayerSatIn
    | StraddleSet
    | RunItSet
    | EntryChosen
    | PlanMade
    | AutoChipsSet
)

# Events that change the waiting list alone.
OfWaiting = WaiterJoined | WaiterLeft | SeatReserved

TableEvent = (
    HandEvent
    | HandStarted
    | HandEnded
    | HandCancelled
    | HandShown
    | NextHandScheduled
    | NextHandCancelled
    | OfSeat
    | GameChanged
    | ClockResumed
    | TableOpened
    | TableClosed
    | LogRestarted
    | OfWaiting
)


def tag_of(event: TableEvent) -> str:
    """The `type` of an event on the wire and in the log."""
    return str(event.__struct_config__.tag)
