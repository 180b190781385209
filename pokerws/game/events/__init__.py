"""Events: what happened at a table.  Past tense, and all that `apply` needs.

The union below is at once what clients receive (redacted), what the log stores, what recovery
replays and what a hand history is written from.  Seats are numbers; chips are integers; cards are
two-character strings.  Fields marked secret are removed by `views.py`.
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
    "BetPlaced",
    "BetsCollected",
    "BlindKind",
    "BlindPosted",
    "BoardDealt",
    "BringInPosted",
    "Called",
    "CardsDrawn",
    "CardsMucked",
    "CardsShown",
    "Checked",
    "ChipsAdded",
    "ClockResumed",
    "DeckReshuffled",
    "DrawStarted",
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
    "Share",
    "StraddleSet",
    "TableClosed",
    "TableEvent",
    "TableOpened",
    "TurnStarted",
    "TurnTimedOut",
    "UncalledBetReturned",
    "tag_of",
]

# What happens at most once or so in a hand, or in some games only.
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

# The hand is over, played out or not.
HAND_ENDS = HandEnded | HandCancelled

# What changes one seat, and no hand.
OfSeat = (
    PlayerSat
    | PlayerStood
    | PlayerLeaving
    | ChipsAdded
    | PlayerSatOut
    | PlayerSatIn
    | StraddleSet
    | RunItSet
)

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
)


def tag_of(event: TableEvent) -> str:
    """The name that an event has on the wire and in the log."""
    return str(event.__struct_config__.tag)
