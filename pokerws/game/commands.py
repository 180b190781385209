"""Commands: what players and the clock ask of a table.  Imperative; no effect by themselves."""

from typing import Literal

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.state import CloseReason, PlayerId

# What a player can do in a turn.
Action = Literal["fold", "check", "call", "bet", "raise", "bring_in", "stand_pat", "discard"]


class Sit(Struct, frozen=True):
    """Take `seat`, or any free one for None, with `buy_in` chips.

    `balance` is what the player's account can pay, None where nobody keeps accounts.
    """

    player: PlayerId
    name: str
    seat: int | None
    buy_in: int
    balance: int | None = None


class Stand(Struct, frozen=True):
    """Leave the seat; for a player who was dealt in, when the hand is over."""

    player: PlayerId


class SitOut(Struct, frozen=True):
    """Be dealt no further hands."""

    player: PlayerId


class SitIn(Struct, frozen=True):
    """Be dealt in again."""

    player: PlayerId


class AddChips(Struct, frozen=True):
    """Bring more chips to the seat, between hands or while not in one.

    None for `amount` fills the stack to the table's maximum, or as far as the account goes.
    `balance` is what the account can pay, None where nobody keeps accounts.
    """

    player: PlayerId
    amount: int | None
    balance: int | None = None


class Act(Struct, frozen=True):
    """Answer turn number `turn`.

    `amount` is the total for the street of a bet or raise, `cards` what is thrown away.
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
    """From the next hand on, straddle where it is possible, or do so no more."""

    player: PlayerId
    on: bool


class RunIt(Struct, frozen=True):
    """Agree to have the board run up to `times` times, when all are all-in."""

    player: PlayerId
    times: int


class ChooseGame(Struct, frozen=True):
    """Name the game of the next hand, as the one who has the button then."""

    player: PlayerId
    variant: str


class TimeUp(Struct, frozen=True):
    """The table's deadline has come."""


class Resume(Struct, frozen=True):
    """The table was loaded again; its clocks stood still since `saved_ms`.

    `grace_ms` is added to the time left.  `restart_log` asks for a `LogRestarted` event, for a
    table whose earlier events were not all kept.
    """

    saved_ms: int
    grace_ms: int
    restart_log: bool = False


class Close(Struct, frozen=True):
    """Close the table for good: a hand in play is cancelled, and everybody goes with the chips.

    It is the server's, and no player's.
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
)
