"""Events: what happened at a table, in the past tense, with everything that `apply` needs.

The same events are sent to clients (redacted), stored in the log, replayed by recovery and turned
into hand histories.  Seats are numbers, chips integers, cards two-character strings.  Fields
marked secret are removed by `redaction.py`.
"""

from pokerws.game.events.base import OfHand, OfHosting
from pokerws.game.events.of_clocks import (
    ConnectionProtected,
    ConnectionRestored,
    LagCompensated,
    TimeBankFilled,
    TimeBankStarted,
    TimeBankStopped,
)
from pokerws.game.events.of_extras import (
    AutoMuckSet,
    BombPotVoted,
    Bonus,
    BonusPaid,
    PartShown,
    RabbitAgreed,
    RabbitShown,
    SessionEnding,
    SessionStarted,
    StandUpStarted,
    StandUpWon,
)
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
    RakeTaken,
    RunItAgreed,
    Share,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.events.of_hosting import (
    BotsWanted,
    ChangePlanned,
    ChipsGiven,
    ChipsTaken,
    HostChanged,
    HostingEvent,
    LinkRenewed,
    PlayerBanned,
    PlayerKicked,
    PlayerMuted,
    PlayerUnbanned,
    SeatApproved,
    SeatDenied,
    SeatRequested,
    SeatRequestWithdrawn,
    TableChanged,
    TablePaused,
    TableResumed,
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
    "AutoMuckSet",
    "BetPlaced",
    "BetsCollected",
    "BlindKind",
    "BlindPosted",
    "BoardDealt",
    "BombPotVoted",
    "Bonus",
    "BonusPaid",
    "BotsWanted",
    "BringInPosted",
    "Called",
    "CancelReason",
    "CardsDrawn",
    "CardsMucked",
    "CardsShown",
    "ChangePlanned",
    "Checked",
    "ChipsAdded",
    "ChipsGiven",
    "ChipsTaken",
    "ClockEvent",
    "ClockResumed",
    "ConnectionProtected",
    "ConnectionRestored",
    "DeckReshuffled",
    "DrawStarted",
    "EntryChosen",
    "ExtrasEvent",
    "Folded",
    "GameChanged",
    "HandCancelled",
    "HandEnded",
    "HandEvent",
    "HandShown",
    "HandStarted",
    "HoleCardsDealt",
    "HostChanged",
    "HostingEvent",
    "LagCompensated",
    "LinkRenewed",
    "LogRestarted",
    "NextHandCancelled",
    "NextHandScheduled",
    "OfHand",
    "OfHosting",
    "OfSeat",
    "OfWaiting",
    "PartShown",
    "PlanMade",
    "PlayerBanned",
    "PlayerKicked",
    "PlayerLeaving",
    "PlayerMuted",
    "PlayerSat",
    "PlayerSatIn",
    "PlayerSatOut",
    "PlayerStood",
    "PlayerUnbanned",
    "PotAwarded",
    "RabbitAgreed",
    "RabbitShown",
    "Raised",
    "RakeTaken",
    "RarerHandEvent",
    "RunItAgreed",
    "RunItSet",
    "SeatApproved",
    "SeatDenied",
    "SeatRequestWithdrawn",
    "SeatRequested",
    "SeatReserved",
    "SessionEnding",
    "SessionStarted",
    "Share",
    "StandUpStarted",
    "StandUpWon",
    "StraddleSet",
    "TableChanged",
    "TableClosed",
    "TableEvent",
    "TableOpened",
    "TablePaused",
    "TableResumed",
    "TimeBankFilled",
    "TimeBankStarted",
    "TimeBankStopped",
    "TurnStarted",
    "TurnTimedOut",
    "UncalledBetReturned",
    "WaiterJoined",
    "WaiterLeft",
    "tag_of",
]

# Events of the clock of a turn.
ClockEvent = (
    TimeBankStarted | TimeBankStopped | ConnectionProtected | ConnectionRestored | LagCompensated
)

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
    | ClockEvent
    | RakeTaken
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
    | TimeBankFilled
    | AutoMuckSet
    | EntryChosen
    | PlanMade
    | AutoChipsSet
)

# Events of a table's extra rules.
ExtrasEvent = (
    PartShown
    | RabbitAgreed
    | RabbitShown
    | BombPotVoted
    | BonusPaid
    | StandUpStarted
    | StandUpWon
    | SessionStarted
    | SessionEnding
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
    | BotsWanted
    | ExtrasEvent
    | HostingEvent
    | OfWaiting
)


def tag_of(event: TableEvent) -> str:
    """The `type` of an event on the wire and in the log."""
    return str(event.__struct_config__.tag)
