"""Commands to a table, from players, the clock and the server, as data."""

from typing import Literal, final

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.state import AutoBuy, CloseReason, PlayerId

# What a player can do in a turn.
Action = Literal["fold", "check", "call", "bet", "raise", "bring_in", "stand_pat", "discard"]


# Whether a player waits for the big blind, or posts it to be dealt in sooner.
Entry = Literal["wait", "post"]


class Sit(Struct, frozen=True, omit_defaults=True):
    """Take `seat`, or any free one for None, with `buy_in` chips.

    `balance` is what the player's account can pay, None if there are no accounts.
    """

    player: PlayerId
    name: str
    seat: int | None
    buy_in: int
    balance: int | None = None
    entry: Entry = "wait"


class Stand(Struct, frozen=True, omit_defaults=True):
    """Leave the seat: now, after this `hand`, or before the next big blind.

    A player who leaves now while in a hand leaves at its end, and gets no further turns.
    """

    player: PlayerId
    when: Literal["now", "hand", "next_big_blind"] = "now"


class SitOut(Struct, frozen=True, omit_defaults=True):
    """Be dealt no further hands: from now on, or from the next big blind on."""

    player: PlayerId
    when: Literal["now", "next_big_blind"] = "now"


class SitIn(Struct, frozen=True, omit_defaults=True):
    """Be dealt in again, or do not sit out at the next big blind."""

    player: PlayerId
    entry: Entry = "wait"


class Stay(Struct, frozen=True):
    """Drop what the player wanted to do by itself: leave, or sit out at the next big blind."""

    player: PlayerId


class PostBlind(Struct, frozen=True):
    """Post the owed blind from the next hand on, or wait for the big blind."""

    player: PlayerId
    on: bool


class AutoChips(Struct, frozen=True):
    """Have chips added between hands; without both amounts, no more."""

    player: PlayerId
    auto: AutoBuy


class BringChips(Struct, frozen=True):
    """Add the chips that a player's `AutoBuy` ask for; sent by the server between hands.

    `balance` is what the account can pay, None if there are no accounts.
    """

    player: PlayerId
    balance: int | None = None


class JoinWaitingList(Struct, frozen=True):
    """Wait for a seat."""

    player: PlayerId
    name: str


class LeaveWaitingList(Struct, frozen=True):
    """Wait no more, and give up a reserved seat."""

    player: PlayerId


class ReserveSeat(Struct, frozen=True):
    """Reserve a free seat for a player, who need not be on the waiting list; sent by the server."""

    player: PlayerId
    name: str


class DropWaiters(Struct, frozen=True):
    """Drop those whose reservation has expired, and the `absent`; sent by the server."""

    absent: tuple[PlayerId, ...] = ()


class AddChips(Struct, frozen=True):
    """Bring more chips to the seat, between hands or while not in one.

    None for `amount` fills the stack to the table's maximum, or as far as the balance allows.
    `balance` is what the account can pay, None if there are no accounts.
    """

    player: PlayerId
    amount: int | None
    balance: int | None = None


@final
class Act(Struct, frozen=True):
    """Act in turn number `turn`.

    `amount` is the total for the street of a bet or raise, `cards` are the cards to discard.
    """

    player: PlayerId
    turn: int
    action: Action
    amount: int | None = None
    cards: list[Card] | None = None


class Show(Struct, frozen=True):
    """Show the own cards of `hand`, which has just ended."""

    player: PlayerId
    hand: int


class Straddle(Struct, frozen=True):
    """Turn straddling on or off, from the next hand on."""

    player: PlayerId
    on: bool


class RunIt(Struct, frozen=True):
    """Agree to run the board up to `times` times when all players are all-in."""

    player: PlayerId
    times: int


class ChooseGame(Struct, frozen=True):
    """Choose the game of the next hand; only for the player who will have the button."""

    player: PlayerId
    variant: str


class TimeUp(Struct, frozen=True):
    """The table's deadline has come."""


class Resume(Struct, frozen=True):
    """Resume a table that was loaded again; its clocks have been stopped since `saved_ms`.

    `grace_ms` is added to the time left.  `restart_log` asks for a `LogRestarted` event, for a
    table whose earlier events were not all kept.  `cancel_hand` cancels the hand in play, if there
    is one: more of its cards may have been seen than the table knows.
    """

    saved_ms: int
    grace_ms: int
    restart_log: bool = False
    cancel_hand: bool = False


class Close(Struct, frozen=True):
    """Close the table for good: a hand in play is cancelled, and all players stand up.

    Only the server sends it, never a player.
    """

    reason: CloseReason


Command = (
    Act
    | TimeUp
    | Sit
    | Stand
    | SitOut
    | SitIn
    | AddChips
    | Show
    | Straddle
    | RunIt
    | ChooseGame
    | Resume
    | Close
    | Stay
    | PostBlind
    | AutoChips
    | BringChips
    | JoinWaitingList
    | LeaveWaitingList
    | ReserveSeat
    | DropWaiters
)
