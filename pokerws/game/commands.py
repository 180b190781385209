"""Commands to a table, from players, the clock and the server, as data."""

from typing import Literal, final

from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.config.table_config import TableConfig
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


class Show(Struct, frozen=True, omit_defaults=True):
    """Show the own cards of `hand`, which has just ended; only these `cards`, if there are any."""

    player: PlayerId
    hand: int
    cards: list[Card] | None = None


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
    """The table's deadline has come.  `connected`: the player to act has a connection."""

    connected: bool = True


class UseTimeBank(Struct, frozen=True):
    """Add the own time bank to the time of turn number `turn`."""

    player: PlayerId
    turn: int


class ConnectionChanged(Struct, frozen=True):
    """A player's connection is lost, or is back.  Only the server sends it, never a player."""

    player: PlayerId
    connected: bool


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


class AddBot(Struct, frozen=True):
    """Want one more bot at the table; `style` is a `hosting.bots.BotStyle`, `name` a `BotName`.

    Without a player an operator asks.
    """

    player: PlayerId | None
    style: str
    name: str | None = None


class RemoveBot(Struct, frozen=True):
    """Want a bot no more, which then stands up.  Without a player an operator asks."""

    player: PlayerId | None
    bot: PlayerId


class VoteBombPot(Struct, frozen=True):
    """Vote for the next hand to be a bomb pot, or take the vote back."""

    player: PlayerId
    on: bool


class RabbitHunt(Struct, frozen=True):
    """Ask to see the board cards that would have come in `hand`, which has just ended."""

    player: PlayerId
    hand: int


class AutoMuck(Struct, frozen=True):
    """Muck losing hands at the showdown, or show them."""

    player: PlayerId
    on: bool


class HostKick(Struct, frozen=True):
    """Stand a player up; if the player is in a hand, at its end.

    In this command and all that follow, `by` is the player who asks, and None is an operator, who
    may do all that the host may.
    """

    by: PlayerId | None
    player: PlayerId


class HostBan(Struct, frozen=True):
    """Let a player not sit down here any more, and stand the player up."""

    by: PlayerId | None
    player: PlayerId


class HostUnban(Struct, frozen=True):
    """Let a banned player sit down again."""

    by: PlayerId | None
    player: PlayerId


class HostMute(Struct, frozen=True):
    """Let a player say nothing at the table any more, or again."""

    by: PlayerId | None
    player: PlayerId
    on: bool


class PauseTable(Struct, frozen=True):
    """Start no further hands; the one in play is played to its end."""

    by: PlayerId | None


class ResumeTable(Struct, frozen=True):
    """Start hands again."""

    by: PlayerId | None


class ChangeTable(Struct, frozen=True):
    """Play by another config from the next hand on."""

    by: PlayerId | None
    config: TableConfig


class HandOver(Struct, frozen=True):
    """Make a seated player the host."""

    by: PlayerId | None
    player: PlayerId


class RenewLink(Struct, frozen=True):
    """Make the link of an unlisted table invalid; another one takes its place."""

    by: PlayerId | None


class ApproveSeat(Struct, frozen=True):
    """Let a player who asked for a seat sit down."""

    by: PlayerId | None
    player: PlayerId


class DenySeat(Struct, frozen=True):
    """Refuse a player who asked for a seat, or take an approval back."""

    by: PlayerId | None
    player: PlayerId


class GiveChips(Struct, frozen=True):
    """Give a player chips of the table's bank."""

    by: PlayerId | None
    player: PlayerId
    amount: int


class TakeChips(Struct, frozen=True):
    """Take chips from a player, back to the table's bank."""

    by: PlayerId | None
    player: PlayerId
    amount: int


class CloseTable(Struct, frozen=True):
    """Close the table for good, as `Close` does."""

    by: PlayerId | None


HostCommand = (
    HostKick
    | HostBan
    | HostUnban
    | HostMute
    | PauseTable
    | ResumeTable
    | ChangeTable
    | HandOver
    | RenewLink
    | ApproveSeat
    | DenySeat
    | GiveChips
    | TakeChips
    | CloseTable
)

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
    | UseTimeBank
    | ConnectionChanged
    | AddBot
    | RemoveBot
    | VoteBombPot
    | RabbitHunt
    | AutoMuck
    | HostCommand
    | Stay
    | PostBlind
    | AutoChips
    | BringChips
    | JoinWaitingList
    | LeaveWaitingList
    | ReserveSeat
    | DropWaiters
)
